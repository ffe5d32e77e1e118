import JSON
import Testing
import Training

struct ScheduleTests {
    static func schedule(
        _ text: String, learningRate: Double = 0.5, stepsPerEpoch: Int = 1, epochs: Int = 10
    ) throws -> Schedule {
        Schedule(
            try ScheduleOptions(json: JSONValue(parsing: text)), learningRate: learningRate,
            stepsPerEpoch: stepsPerEpoch, epochs: epochs)
    }

    static func isClose(_ actual: [Double], _ expected: [Double]) -> Bool {
        actual.count == expected.count && zip(actual, expected).allSatisfy { abs($0 - $1) < 1e-14 }
    }

    /// Learning rates of PyTorch 2.13's schedulers, one step an epoch, from 0.5.
    @Test(arguments: [
        (#""constant""#, [0.5, 0.5, 0.5]),
        (#"{"name": "step", "every": 2, "factor": 0.5}"#, [0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625]),
        (#"{"name": "step", "at": [2, 5]}"#, [0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005]),
        (#"{"name": "exponential", "factor": 0.9}"#, [0.5, 0.45, 0.405, 0.3645, 0.32805]),
        (
            #"{"name": "cosine", "length": 5, "minimum": 0.1}"#,
            [0.5, 0.46180339887498956, 0.3618033988749896, 0.2381966011250106, 0.13819660112501056, 0.1, 0.1]
        ),
        (#"{"warmup": {"steps": 4}}"#, [0.05, 0.1625, 0.275, 0.3875, 0.5, 0.5]),
    ]) func ratesArePyTorchs(text: String, expected: [Double]) throws {
        let schedule = try Self.schedule(text)
        #expect(Self.isClose(expected.indices.map { schedule.learningRate(step: $0) }, expected))
    }

    @Test func unitsAreEpochsOrSteps() throws {
        let epochs = try Self.schedule(#"{"name": "step", "every": 2, "factor": 0.5}"#, stepsPerEpoch: 3)
        #expect((0..<8).map { epochs.learningRate(step: $0) } == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25])
        let steps = try Self.schedule(#"{"name": "step", "every": 2, "factor": 0.5, "per": "step"}"#, stepsPerEpoch: 3)
        #expect((0..<5).map { steps.learningRate(step: $0) } == [0.5, 0.5, 0.25, 0.25, 0.125])
    }

    @Test func cosineEndsWithTheTraining() throws {
        let schedule = try Self.schedule(#"{"name": "cosine", "per": "step"}"#, stepsPerEpoch: 3, epochs: 4)
        #expect(schedule.learningRate(step: 0) == 0.5)
        #expect(abs(schedule.learningRate(step: 6) - 0.25) < 1e-15)
        #expect(schedule.learningRate(step: 11) > 0 && abs(schedule.learningRate(step: 12)) < 1e-15)
    }

    @Test func theRuleBeginsAfterTheWarmUp() throws {
        let schedule = try Self.schedule(
            #"{"name": "exponential", "factor": 0.5, "per": "step", "warmup": {"epochs": 0.5, "start_factor": 0}}"#,
            stepsPerEpoch: 4)
        #expect((0..<5).map { schedule.learningRate(step: $0) } == [0, 0.25, 0.5, 0.25, 0.125])
    }

    static func plateauRates(_ text: String, metrics: [Double]) throws -> [Double] {
        var schedule = try Self.schedule(text)
        return metrics.enumerated().map { step, metric in
            let rate = schedule.learningRate(step: step)
            schedule.endEpoch(metric: metric)
            return rate
        }
    }

    @Test func plateausArePyTorchs() throws {
        let losses = [1, 0.9, 0.95, 0.9, 0.91, 0.95, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 1]
        let falls = try Self.plateauRates(
            #"{"name": "reduce_on_plateau", "factor": 0.5, "patience": 1, "cooldown": 1}"#, metrics: losses)
        #expect(
            Self.isClose(
                falls, [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625, 0.0625]))
        let rises = try Self.plateauRates(
            #"""
            {"name": "reduce_on_plateau", "mode": "max", "patience": 0, "threshold": 0.1, "threshold_mode": "abs",
             "minimum": 0.01}
            """#, metrics: [0.5, 0.55, 0.61, 0.62, 0.9, .nan, 0.91, 0.92])
        #expect(Self.isClose(rises, [0.5, 0.5, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01]))
        let relative = try Self.plateauRates(
            #"{"name": "reduce_on_plateau", "patience": 0, "threshold": 0.1}"#,
            metrics: [1, 0.95, 0.89, 0.8, 0.75, 0.7])
        #expect(Self.isClose(relative, [0.5, 0.5, 0.05, 0.05, 0.05, 0.005]))
    }

    @Test func plateausGoOnFromASavedState() throws {
        let text = #"{"name": "reduce_on_plateau", "factor": 0.3, "patience": 1, "cooldown": 2}"#
        let metrics = [0.7, 0.6, 0.65, 0.1 + 0.2, 0.5, 0.5, 0.5, .infinity, 0.29, 0.5, 0.5, 0.5, 0.5]
        let whole = try Self.plateauRates(text, metrics: metrics)
        for stop in metrics.indices {
            var schedule = try Self.schedule(text)
            for metric in metrics[..<stop] { schedule.endEpoch(metric: metric) }
            var resumed = try Self.schedule(text)
            try resumed.restore(JSONValue(parsing: schedule.state.bytes))
            #expect(resumed == schedule)
            for step in stop..<metrics.count {
                #expect(resumed.learningRate(step: step) == whole[step])
                resumed.endEpoch(metric: metrics[step])
            }
        }
    }

    @Test func schedulesWithoutAMemoryHaveNoState() throws {
        var schedule = try Self.schedule(#"{"name": "cosine"}"#)
        #expect(schedule.state == .null)
        #expect(schedule.goal == nil)
        try schedule.restore(schedule.state)
        schedule.endEpoch(metric: nil)
        var plateau = try Self.schedule(#""reduce_on_plateau""#)
        #expect(plateau.goal == MetricGoal("validation_loss", isMaximized: false))
        let before = plateau
        plateau.endEpoch(metric: nil)
        #expect(plateau == before)
        #expect(throws: FieldError.self) { try plateau.restore(.null) }
    }

    @Test(arguments: [
        #"{"name": "step", "every": 2, "per": "step"}"#, #"{"name": "step", "at": [1, 4], "factor": 0.3}"#,
        #"{"name": "exponential", "factor": 0.9}"#, #"{"name": "cosine", "length": 7}"#, #""cosine""#,
        #"{"warmup": {"epochs": 2, "start_factor": 0}}"#,
        #"{"name": "reduce_on_plateau", "metric": "validation_f1_macro", "threshold_mode": "abs", "cooldown": 3}"#,
    ]) func declarationsReadBack(text: String) throws {
        let options = try ScheduleOptions(json: JSONValue(parsing: text))
        #expect(try ScheduleOptions(json: #require(options.json)) == options)
    }
}
