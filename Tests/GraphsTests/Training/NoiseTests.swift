import Tensors
import Testing

@testable import Graphs

/// What the kinds of `Dropout` do in training; serving they hand their input on.
struct NoiseTests {
    private static let (batch, steps, features) = (40, 25, 6)

    /// x [batch, steps, features] times a parameter of ones, with noise behind it.
    private static func check(_ noise: Dropout, input: [Float]) throws -> GradientCheck {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), .fixed(steps), .fixed(features)])
        let ones = builder.graph.addConstant(
            Tensor([Float](repeating: 1, count: features), shape: [features]), name: "ones")
        let product = try builder.apply1("Mul", [x, ones])
        builder.graph.outputs = builder.graph.addNode(noise, [product])
        return try GradientCheck(builder.graph, inputs: [input], batch: batch, threads: 2)
    }

    private static let input = randomTensor([batch * steps * features], seed: 4).floats.map { $0 + 2 }

    private static func moments(_ values: [Float]) -> (mean: Float, deviation: Float) {
        let mean = values.reduce(0, +) / Float(values.count)
        return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot())
    }

    @Test(arguments: [Dropout.Noise.dropout, .gaussianDropout, .gaussianNoise, .alphaDropout], [[], [1]])
    func gradientsAreThoseOfTheNoiseThatWasThere(noise: Dropout.Noise, shared: [Int]) throws {
        let check = try Self.check(Dropout(ratio: 0.3, noise: noise, sharedAxes: shared), input: Self.input)
        let (error, parameter) = check.largestRelativeError(isTraining: true)
        #expect(error < 1e-3, "\(parameter)")
        check.plan.predict(batch: Self.batch)
        #expect(largestDifference(check.outputs, Self.input) == 0)
    }

    @Test func spatialDropoutDropsWholeChannels() throws {
        let check = try Self.check(Dropout(ratio: 0.3, sharedAxes: [1]), input: Self.input)
        check.train()
        let factors = zip(check.outputs, Self.input).map { $0 / $1 }
        var kept = 0
        for row in 0..<Self.batch {
            for feature in 0..<Self.features {
                let own = (0..<Self.steps).map { factors[(row * Self.steps + $0) * Self.features + feature] }
                #expect(own.allSatisfy { abs($0 - own[0]) < 1e-5 })
                #expect(own[0] == 0 || abs(own[0] - 1 / 0.7) < 1e-5)
                kept += own[0] == 0 ? 0 : 1
            }
        }
        #expect(abs(Float(kept) / Float(Self.batch * Self.features) - 0.7) < 0.1)
    }

    @Test func gaussianNoiseHasItsDeviation() throws {
        let added = try Self.check(Dropout(ratio: 0.4, noise: .gaussianNoise), input: Self.input)
        added.train()
        let noise = Self.moments(zip(added.outputs, Self.input).map { $0 - $1 })
        #expect(abs(noise.mean) < 0.03 && abs(noise.deviation - 0.4) < 0.03)
        let multiplied = try Self.check(Dropout(ratio: 0.2, noise: .gaussianDropout), input: Self.input)
        multiplied.train()
        let factors = Self.moments(zip(multiplied.outputs, Self.input).map { $0 / $1 })
        #expect(abs(factors.mean - 1) < 0.03 && abs(factors.deviation - 0.5) < 0.03)
    }

    @Test func alphaDropoutKeepsMeanAndDeviation() throws {
        var random = RandomSource(seed: 8)
        let input = Self.input.map { _ in Float(random.normal()) }
        let check = try Self.check(Dropout(ratio: 0.2, noise: .alphaDropout), input: input)
        check.train()
        let result = Self.moments(check.outputs)
        #expect(abs(result.mean) < 0.05 && abs(result.deviation - 1) < 0.05)
    }

    @Test(arguments: ["LSTM", "GRU", "RNN"], [0, 1])
    func recurrentDropoutIsTheSameInAllSteps(op: String, isFirst: Int) throws {
        let gates = ["LSTM": 4, "GRU": 3][op] ?? 1
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 4, 2])
        let mask = builder.input([.symbol("batch"), 4], "mask")
        var attributes: [String: AttributeValue] = [
            "hidden_size": .int(5), "layout": .int(1), "recurrent_dropout": .float(0.4),
            "direction": .string("bidirectional"),
        ]
        if op == "GRU" { attributes["linear_before_reset"] = .int(isFirst) }
        let results = try builder.apply(
            op,
            [
                x, builder.parameter("W", [2, gates * 5, 2]), builder.parameter("R", [2, gates * 5, 5]),
                builder.parameter("B", [2, gates * 10]), isFirst == 0 ? nil : mask,
            ], attributes, outputs: 2)
        let flat = try results.map { try builder.apply1("Flatten", [$0]) }
        builder.graph.outputs = [try builder.apply1("Concat", flat, ["axis": .int(1)])]
        let steps = (0..<Self.batch * 4).map { Float($0 % 3 == 0 ? 0 : 1) }
        let input = Array(Self.input.prefix(Self.batch * 8))
        let check = try GradientCheck(builder.graph, inputs: [input, steps], batch: Self.batch, threads: 2)
        let (error, parameter) = check.largestRelativeError(step: 4e-3, isTraining: true)
        #expect(error < 1e-3, "\(parameter)")
        let trained = check.outputs
        check.plan.predict(batch: Self.batch)
        #expect(largestDifference(check.outputs, trained) > 1e-2)
    }

    @Test func anActivityPenaltyAddsItsGradient() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 3])
        let product = try builder.apply1("Mul", [x, builder.parameter("w", [3])])
        func gradient(_ penalty: ActivityPenalty) throws -> [Float] {
            var graph = builder.graph
            graph.outputs = graph.addNode(penalty, [product])
            let check = try GradientCheck(graph, inputs: [[1, 2, 3, -1, 5, 2]], batch: 2)
            check.train()
            return check.store.gradient(0).floats
        }
        let w = try #require(builder.graph.values.first { $0.name == "w" }?.constant).floats
        let added = zip(
            try gradient(ActivityPenalty(l1: 0.3, l2: 0.1)), try gradient(ActivityPenalty(l1: 0, l2: 0))
        ).map { $0 - $1 }
        for (index, column) in [[1, -1], [2, 5], [3, 2]].enumerated() {
            let expected = column.reduce(Float(0)) { sum, x in
                let y = Float(x) * w[index]
                return sum + Float(x) * (0.3 * (y > 0 ? 1 : -1) + 0.2 * y) / 2
            }
            #expect(abs(added[index] - expected) < 1e-5)
        }
    }
}
