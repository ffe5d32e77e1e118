import Tensors
import Testing

@testable import Graphs

/// Graphs in ONNX's terms: what operators become, and where dimensions are put in order.
struct DescriptionTests {
    /// An operator that is in the registry can be read, so it has to be written as well.
    @Test func everyOperatorIsDescribed() { #expect(OperatorRegistry.undescribedNames == []) }

    private static func ops(_ graph: Graph) throws -> [String] { try DescribedGraph(graph).nodes.map(\.op) }

    /// Convolutions of channels-last images, joined by what works element by element.
    private static func images(_ layout: Layout) throws -> Graph {
        var builder = GraphBuilder()
        let attributes = Attributes(["kernel_shape": .ints([3, 3])], opset: 20)
        let x = builder.input([.symbol("batch"), 8, 8, 2])
        var pool = try MaxPool(attributes: Attributes(["kernel_shape": .ints([2, 2])], opset: 20))
        pool.layout = layout
        var y = builder.graph.addNode(
            Conv(attributes: attributes, layout: layout), [x, builder.weights([2, 2, 3, 3])], name: "first")[0]
        y = try builder.apply1("Relu", [y])
        let z = builder.graph.addNode(
            Conv(attributes: Attributes(["kernel_shape": .ints([1, 1])], opset: 20), layout: layout),
            [y, builder.weights([2, 2, 1, 1])], name: "second")[0]
        y = try builder.apply1("Add", [y, z])
        y = builder.graph.addNode(pool, [y], name: "pool")[0]
        builder.graph.outputs = [try builder.apply1("Flatten", [y])]
        return builder.graph
    }

    @Test func neighboursNeedNoTransposes() throws {
        let graph = try DescribedGraph(Self.images(.channelsLast))
        #expect(
            graph.nodes.map(\.op) == [
                "Transpose", "Conv", "Relu", "Conv", "Add", "MaxPool", "Transpose", "Flatten",
            ])
        #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
        #expect(Set(graph.nodes.flatMap(\.outputs)).count == graph.nodes.flatMap(\.outputs).count)
    }

    /// Images whose channels come first, around layers that have them last.
    @Test func transposesOfTheGraphCancelToo() throws {
        var builder = GraphBuilder()
        var y = builder.input([.symbol("batch"), 2, 8, 8])
        let attributes = Attributes(["kernel_shape": .ints([3, 3])], opset: 20)
        for name in ["first", "second"] {
            y = builder.graph.addNode(Transpose([0, 2, 3, 1]), [y])[0]
            y =
                builder.graph.addNode(
                    Conv(attributes: attributes, layout: .channelsLast), [y, builder.weights([2, 2, 3, 3])], name: name)[
                    0]
            y = builder.graph.addNode(Transpose([0, 3, 1, 2]), [y])[0]
            y = try builder.apply1("Relu", [y])
        }
        builder.graph.outputs = [y]
        #expect(try Self.ops(builder.graph) == ["Conv", "Relu", "Conv", "Relu"])
    }

    @Test func inputsAndOutputsKeepTheirNamesAndSizes() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), .symbol("time"), 3], "x")
        let y = try builder.apply1("Relu", [x])
        builder.graph[y].name = "y"
        builder.graph.outputs = [y, x, y]
        let graph = try DescribedGraph(builder.graph)
        #expect(graph.inputs.map(\.name) == ["x"])
        #expect(graph.inputs[0].dimensions == [.symbol("batch"), .symbol("time"), 3])
        #expect(graph.outputs.map(\.name) == ["y", "x", "y_2"])
        #expect(graph.nodes.map(\.op) == ["Relu", "Identity"])
    }

    /// As the steps of an unrolled loop have them.
    @Test func namesThatSeveralValuesHaveAreToldApart() throws {
        var builder = GraphBuilder()
        var y = builder.input([.symbol("batch"), 3], "x")
        for _ in 0..<3 {
            y = try builder.apply1("Relu", [y])
            builder.graph[y].name = "y"
        }
        builder.graph.outputs = [y]
        let graph = try DescribedGraph(builder.graph)
        #expect(graph.outputs.map(\.name) == ["y"])
        #expect(Set(graph.nodes.flatMap(\.outputs)).count == 3)
        #expect(graph.nodes.last?.outputs == ["y"])
    }

    @Test func oldAttributesBecomeInputs() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 1, 6, 1], "x")
        var y = try builder.apply1("Squeeze", [x], ["axes": .ints([3])], opset: 9)
        y = try builder.apply1("Clip", [y], ["min": .float(0)], opset: 9)
        y = try builder.apply1("Slice", [y], ["starts": .ints([1]), "ends": .ints([5]), "axes": .ints([2])], opset: 9)
        y = try builder.apply1("ReduceSum", [y], ["axes": .ints([1]), "keepdims": .int(0)], opset: 11)
        y = try builder.apply1("Unsqueeze", [y], ["axes": .ints([1])], opset: 11)
        builder.graph.outputs = [try builder.apply1("Softmax", [y], ["axis": .int(1)], opset: 11)]
        let graph = try DescribedGraph(builder.graph)
        #expect(
            graph.nodes.map(\.op) == [
                "Squeeze", "Clip", "Slice", "ReduceSum", "Unsqueeze", "Shape", "Flatten", "Softmax", "Reshape",
            ])
        #expect(graph.nodes.prefix(5).map(\.inputs.count) == [2, 2, 5, 2, 2])
        #expect(graph.nodes.prefix(3).allSatisfy { $0.attributes.isEmpty })
    }

    @Test(arguments: [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    func batchFirstRecurrenceIsTurned(op: String, gates: Int) throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), .symbol("time"), 2], "x")
        let weights = [builder.weights([1, gates * 3, 2]), builder.weights([1, gates * 3, 3])]
        let bias = builder.weights([1, gates * 3])
        let y = try builder.apply(op, [x] + weights + [bias], ["layout": .int(1)], outputs: 1)
        builder.graph.outputs = y
        let graph = try DescribedGraph(builder.graph)
        #expect(graph.nodes.map(\.op) == ["Transpose", op, "Transpose"])
        #expect(graph.nodes[1].attributes["layout"] == nil)
        // Both vectors, the second of zeros.
        let both = graph.constants.first { $0.name == graph.nodes[1].inputs[3] }?.tensor
        #expect(both?.shape == [1, 2 * gates * 3])
        #expect(both?.floats.suffix(gates * 3).allSatisfy { $0 == 0 } == true)
    }

    @Test func rolesSayWhatAnInputMayHold() throws {
        var builder = GraphBuilder()
        let tokens = builder.input([.symbol("batch"), 5], "tokens")
        let lengths = builder.input([.symbol("batch")], "lengths")
        let free = builder.input([.symbol("batch"), 3], "free")
        let x = try builder.apply1("Gather", [builder.weights([7, 2]), tokens])
        let y = try builder.apply(
            "LSTM", [x, builder.weights([1, 12, 2]), builder.weights([1, 12, 3]), nil, lengths], ["layout": .int(1)])
        let part = try builder.apply1(
            "Slice", [free, builder.integers([0]), builder.integers([1]), builder.integers([1])])
        let word = try builder.apply1("Gather", [builder.weights([9, 2]), part])
        builder.graph.outputs = y + [word]
        #expect(builder.graph.inputRoles == [.indices(count: 7), .lengths, .indices(count: 9)])
        // The other parts of the last input may be any numbers.
        #expect(builder.graph.tableRows == [7, nil, nil])
    }
}
