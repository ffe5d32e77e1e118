import JSON
import Testing
import Training

struct EarlyStoppingTests {
    static func stopping(_ text: String) throws -> EarlyStopping {
        EarlyStopping(try EarlyStoppingOptions(json: JSONValue(parsing: text)))
    }

    /// The epoch at whose end training stops, and the best one.
    static func run(_ stopping: EarlyStopping, _ metrics: [Double?]) -> (last: Int?, best: Int?) {
        var stopping = stopping
        for (epoch, metric) in metrics.enumerated() where stopping.observe(metric, epoch: epoch).shouldStop {
            return (epoch, stopping.bestEpoch)
        }
        return (nil, stopping.bestEpoch)
    }

    @Test func stopsAfterSoManyEpochsWithoutImprovement() throws {
        let losses = try Self.stopping(#"{"patience": 2}"#)
        #expect(Self.run(losses, [1, 0.5, 0.6, 0.5, 0.1]) == (3, 1))
        #expect(Self.run(losses, [1, 0.5, 0.6, 0.4, 0.5]) == (nil, 3))
        let accuracies = try Self.stopping(#"{"metric": "validation_accuracy", "patience": 1}"#)
        #expect(Self.run(accuracies, [0.5, 0.6, 0.6]) == (2, 1))
    }

    @Test func smallImprovementsDoNotCount() throws {
        let stopping = try Self.stopping(#"{"patience": 2, "min_delta": 0.1}"#)
        #expect(Self.run(stopping, [1, 0.95, 0.91]) == (2, 0))
        #expect(Self.run(stopping, [1, 0.95, 0.89, 0.85]) == (nil, 2))
    }

    @Test func numbersThatAreNoneCountAsNoImprovement() throws {
        let stopping = try Self.stopping(#"{"patience": 2}"#)
        #expect(Self.run(stopping, [.nan, .infinity]) == (1, nil))
        #expect(Self.run(stopping, [1, nil, nil, .nan, 0.5]) == (nil, 4))
    }

    @Test func firstEpochsAreNotLookedAt() throws {
        let stopping = try Self.stopping(#"{"patience": 1, "start_epoch": 2}"#)
        #expect(Self.run(stopping, [0.1, 0.2, 0.5, 0.4, 0.45]) == (4, 3))
    }

    @Test func goesOnFromASavedState() throws {
        var stopping = try Self.stopping(#"{"patience": 3}"#)
        let metrics: [Double] = [1, 0.1 + 0.2, 0.5, .infinity, 0.4]
        for epoch in metrics.indices {
            _ = stopping.observe(metrics[epoch], epoch: epoch)
            var resumed = try Self.stopping(#"{"patience": 3}"#)
            try resumed.restore(JSONValue(parsing: stopping.state.bytes))
            #expect(resumed == stopping)
        }
        #expect(stopping.best == 0.1 + 0.2)
        #expect(throws: FieldError.self) { try stopping.restore(["waited": -1]) }
    }

    @Test func declarationsReadBack() throws {
        let text =
            #"{"metric": "validation_r2", "mode": "min", "patience": 4, "restore_best": false, "min_delta": 0.5}"#
        let options = try EarlyStoppingOptions(json: JSONValue(parsing: text))
        #expect(!options.goal.isMaximized && !options.restoresBest)
        #expect(try EarlyStoppingOptions(json: options.json) == options)
    }

    @Test(arguments: [
        ("validation_loss", false), ("loss", false), ("test_mse", false), ("rmse", false), ("accuracy", true),
        ("test_r2", true), ("calibration_error", false), ("log_loss", false), ("roc_auc", true), ("losses", true),
    ]) func namesSayWhatIsBetter(name: String, isMaximized: Bool) {
        #expect(MetricGoal(name).isMaximized == isMaximized)
    }

    @Test func nothingIsWorseThanNaN() {
        let goal = MetricGoal("accuracy")
        #expect(goal.isBetter(0, than: .nan) && !goal.isBetter(.nan, than: 0) && !goal.isBetter(.nan, than: .nan))
        #expect(goal.isBetter(1, than: 0) && !goal.isBetter(1, than: 1) && !goal.isBetter(1, than: 0.9, by: 0.2))
    }
}
