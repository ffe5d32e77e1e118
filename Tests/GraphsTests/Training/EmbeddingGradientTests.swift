import Tensors
import Testing

@testable import Graphs

/// Gradients of what starts from whole numbers and padding: embeddings and masks.
struct EmbeddingGradientTests {
    /// Rows of whole numbers below 6 with zeros at the end, of every length there is; some numbers come twice.
    private static let tokens: [[Float]] = [
        [3, 1, 3, 5, 2], [1, 0, 0, 0, 0], [4, 4, 0, 0, 0], [0, 0, 0, 0, 0], [2, 5, 1, 0, 0], [5, 0, 3, 1, 0],
    ]

    enum Kind: CaseIterable { case flat, lstm, bidirectionalGRU, meanOfSteps, maximumOfSteps }

    /// An embedding with `kind` behind it, the last three with its padding masked.
    private static func graph(_ kind: Kind) throws -> Graph {
        var builder = GraphBuilder()
        let tokens = builder.input([.symbol("batch"), 5])
        let x = try builder.apply1("Gather", [builder.parameter("table", [6, 3]), tokens])
        let mask = builder.graph.addNode(StepMask(padding: 0), [tokens])[0]
        let output: Graph.ValueID
        switch kind {
        case .flat: output = x
        case .lstm:
            output = try builder.apply1(
                "LSTM", [x, builder.parameter("W", [1, 16, 3]), builder.parameter("R", [1, 16, 4]), nil, mask],
                ["layout": .int(1)])
        case .bidirectionalGRU:
            let both = try builder.apply(
                "GRU", [x, builder.parameter("W", [2, 12, 3]), builder.parameter("R", [2, 12, 4]), nil, mask],
                ["layout": .int(1), "linear_before_reset": .int(1), "direction": .string("bidirectional")], outputs: 2)
            builder.graph.nodes[builder.graph.nodes.count - 1].outputs[0] = nil
            output = both[1]
        case .meanOfSteps:
            let wide = try builder.apply1("Unsqueeze", [mask, builder.integers([2])])
            let kept = try builder.apply1("Mul", [x, wide])
            let sum = try builder.apply1("ReduceSum", [kept, builder.integers([1])], ["keepdims": .int(0)])
            // An empty row has no mean.
            let one = builder.graph.addConstant(Tensor([Float(1)], shape: [1]))
            let count = try builder.apply1("ReduceSum", [wide, builder.integers([1])], ["keepdims": .int(0)])
            output = try builder.apply1("Div", [sum, try builder.apply1("Add", [count, one])])
        case .maximumOfSteps:
            output = try builder.apply1("ReduceMax", [x], ["axes": .ints([1]), "keepdims": .int(0)])
        }
        builder.graph.outputs = [try builder.apply1("Flatten", [output])]
        return builder.graph
    }

    @Test(arguments: Kind.allCases) func matchesFiniteDifferences(_ kind: Kind) throws {
        let graph = try Self.graph(kind)
        let tokens = Self.tokens.flatMap(\.self)
        for kernels in Kernels.available {
            for threads in [1, 4] {
                let check = try GradientCheck(graph, inputs: [tokens], batch: 6, threads: threads, kernels: kernels)
                let (error, parameter) = check.largestRelativeError(step: kind == .maximumOfSteps ? 1e-3 : 1e-2)
                #expect(error < 1e-3, "\(kernels), \(threads) threads: \(parameter)")
                check.plan.predict(batch: 6)
                let served = try graph.evaluate([Tensor(tokens, shape: [6, 5])])
                #expect(largestDifference(check.outputs, served[0].floats) < 1e-5)
            }
        }
    }

    /// A row that nothing has picked does not change.
    @Test func onlyPickedRowsHaveAGradient() throws {
        let check = try GradientCheck(try Self.graph(.flat), inputs: [[3, 1, 3, 3, 1]], batch: 1)
        check.train()
        let gradient = check.store.gradient(try #require(check.store.index(of: "table"))).floats
        for row in 0..<6 { #expect(gradient[row * 3..<row * 3 + 3].allSatisfy { ($0 != 0) == [1, 3].contains(row) }) }
    }

    /// Lengths have no gradient, so that none is computed for what they are made of.
    @Test func masksTakeNoGradient() throws {
        let check = try GradientCheck(try Self.graph(.meanOfSteps), inputs: [Self.tokens.flatMap(\.self)], batch: 6)
        let backward = check.plan.stepNames.drop { $0 != "Loss" }.dropFirst()
        #expect(Array(backward) == ["Div", "Reduction", "Mul", "Gather"])
    }

    @Test(arguments: [
        ("Concat", ["axis": AttributeValue.int(0)]), ("ReduceMean", ["axes": .ints([0])]), ("ReduceMax", [:]),
    ])
    func refusesToMixTheRowsOfABatch(name: String, attributes: [String: AttributeValue]) throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 5])
        let y = try builder.apply1("Add", [x, builder.parameter("shift", [5])])
        let mixed = try builder.apply1(name, name == "Concat" ? [y, y] : [y], attributes)
        builder.graph.outputs = [try builder.apply1("Mul", [x, mixed])]
        #expect {
            try GradientCheck(builder.graph, inputs: [[1, 2, 3, 4, 5]], batch: 1)
        } throws: { "\($0)".contains("batch") }
    }

    /// A factor for all elements is part of a formula, such as 1 / √2; one for each channel is a weight.
    @Test func oneFactorIsNoParameter() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 5])
        let y = try builder.apply1("Mul", [x, builder.parameter("half", [1])])
        builder.graph.outputs = [try builder.apply1("Mul", [y, builder.parameter("scale", [5])])]
        #expect(builder.graph.parameters().map(\.name) == ["scale"])
    }
}
