import Tensors
import Testing

@testable import Graphs

/// Models that fix their batch are trained with any: the same as if the file had left it free.
struct FreedBatchTests {
    /// A graph over an input [batch, 3, 4] that writes the batch down; nil for a free one.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Rows that the file fixes.
        let sizes: [Int]
        let build: @Sendable (inout GraphBuilder, Graph.ValueID, Int?) throws -> Graph.ValueID

        var testDescription: String { name }

        func graph(batch: Int?) throws -> Graph {
            var builder = GraphBuilder()
            let x = builder.input([batch.map { .fixed($0) } ?? .symbol("batch"), 3, 4])
            let shifted = try builder.apply1("Add", [x, builder.parameter("shift", [3, 4])])
            builder.graph.outputs = [try build(&builder, shifted, batch)]
            return builder.graph
        }
    }

    /// A reshape with the batch written down.
    private static func reshaped(
        _ builder: inout GraphBuilder, _ x: Graph.ValueID, _ batch: Int?, fixed: (Int) -> [Int], free: [Int]
    ) throws -> Graph.ValueID {
        try builder.apply1("Reshape", [x, builder.integers(batch.map(fixed) ?? free)])
    }

    static let cases: [Case] = [
        Case(name: "Reshape", sizes: [1, 2, 3]) { builder, x, batch in
            let flat = try reshaped(&builder, x, batch, fixed: { [$0, 12] }, free: [0, -1])
            let dense = try builder.apply1("Gemm", [flat, builder.parameter("w", [12, 6])])
            return try reshaped(&builder, dense, batch, fixed: { [$0, 2, 3] }, free: [0, 2, 3])
        },
        Case(name: "Reshape with -1", sizes: [1, 2, 4]) { builder, x, batch in
            try reshaped(&builder, x, batch, fixed: { [$0, -1] }, free: [0, -1])
        },
        Case(name: "rows of steps", sizes: [1, 2, 3]) { builder, x, batch in
            let rows = try reshaped(&builder, x, batch, fixed: { [$0 * 3, 4] }, free: [-1, 4])
            let dense = try builder.apply1("MatMul", [rows, builder.parameter("w", [4, 5])])
            return try reshaped(&builder, dense, batch, fixed: { [$0, 3, 5] }, free: [-1, 3, 5])
        },
        Case(name: "time first", sizes: [1, 2]) { builder, x, batch in
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
            let parts = try reshaped(&builder, turned, batch, fixed: { [3, $0, 2, 2] }, free: [3, -1, 2, 2])
            return try builder.apply1("Transpose", [parts], ["perm": .ints([1, 0, 2, 3])])
        },
        Case(name: "constants with a row for each", sizes: [1, 2]) { builder, x, batch in
            let row = randomTensor([1, 3, 4], seed: 3)
            let all = Broadcast.gathered(row, shape: [batch ?? 1, 3, 4], strides: [0, 4, 1])
            let sum = try builder.apply1("Mul", [x, builder.graph.addConstant(all, name: "mask")])
            guard let batch else { return sum }
            let target = builder.integers([batch, 3, 4])
            return try builder.apply1("Expand", [sum, target])
        },
        Case(name: "initial states", sizes: [1, 2]) { builder, x, batch in
            let state = randomTensor([1, 1, 5], seed: 4)
            let states: Graph.ValueID
            if let batch {
                let all = Broadcast.gathered(state, shape: [1, batch, 5], strides: [5, 0, 1])
                states = builder.graph.addConstant(all, name: "states")
            } else {
                let shape = try builder.apply1("Shape", [x])
                let rows = try builder.apply1("Gather", [shape, builder.integers([0])])
                let target = try builder.apply1(
                    "Concat", [builder.integers([1]), rows, builder.integers([5])], ["axis": .int(0)])
                states = try builder.apply1("Expand", [builder.graph.addConstant(state, name: "states"), target])
            }
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
            let last = try builder.apply(
                "GRU",
                [
                    turned, builder.parameter("W", [1, 15, 4]), builder.parameter("R", [1, 15, 5]), nil, nil, states,
                ], ["hidden_size": .int(5)], outputs: 2)[1]
            return try builder.apply1("Squeeze", [last, builder.integers([0])])
        },
        Case(name: "resized", sizes: [1, 2]) { builder, x, batch in
            let image = try reshaped(&builder, x, batch, fixed: { [$0, 1, 3, 4] }, free: [0, 1, 3, 4])
            let none = builder.graph.addConstant(Tensor([Float](), shape: [0]))
            if let batch {
                return try builder.apply1("Resize", [image, none, none, builder.integers([batch, 1, 6, 8])])
            }
            let factors = builder.graph.addConstant(Tensor([Float(1), 1, 2, 2], shape: [4]))
            return try builder.apply1("Resize", [image, none, factors])
        },
    ]

    @Test(arguments: cases) func isTrainedWithAnyBatch(example: Case) throws {
        let input = randomTensor([5 * 12], seed: 9).floats
        let free = try GradientCheck(try example.graph(batch: nil), inputs: [input], batch: 5)
        free.train()
        for size in example.sizes {
            let fixed = try GradientCheck(try example.graph(batch: size), inputs: [input], batch: 5)
            fixed.train()
            #expect(largestDifference(fixed.outputs, free.outputs) == 0)
            let shift = try #require(fixed.store.index(of: "shift"))
            let expected = try #require(free.store.index(of: "shift"))
            #expect(
                largestDifference(fixed.store.gradient(shift).floats, free.store.gradient(expected).floats) < 1e-6)
        }
    }

    @Test func whatMixesRowsIsRefused() throws {
        var builder = GraphBuilder()
        let x = builder.input([2, 3])
        let product = try builder.apply1("Mul", [x, builder.parameter("w", [3])])
        builder.graph.outputs = [try builder.apply1("Reshape", [product, builder.integers([3, 2])])]
        #expect { try GradientCheck(builder.graph, inputs: [[1, 2, 3, 4, 5, 6]], batch: 2) } throws: {
            "\($0)".contains("a fixed batch of 2 that is reshaped from float32[2, 3] to [3, 2] is not trained")
        }
    }
}
