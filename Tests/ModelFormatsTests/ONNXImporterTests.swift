import Graphs
import ONNXProtobuf
import Tensors
import Testing

@testable import ModelFormats

struct ONNXImporterTests {
    @Test func importsNodesBetweenNamedValues() throws {
        let graph = try ONNXBuilding.model().imported()
        #expect(graph.name == "test")
        #expect(graph.nodes.map(\.op.name) == ["MatMul", "Relu"])
        #expect(graph.nodes.map(\.name) == ["dense", "relu"])
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
        #expect(graph.inputs.map { graph[$0].type } == [ValueType(.float32, [.symbol("batch"), 2])])
        #expect(graph.outputs.map { graph[$0].name } == ["y"])
        #expect(graph.nodes[0].inputs.map { $0.map { graph[$0].name } } == ["x", "w"])
        #expect(graph.nodes[0].outputs == [graph.nodes[1].inputs[0]])
        #expect(graph.nodes[1].outputs == graph.outputs)
        let weight = graph.nodes[0].inputs[1].flatMap { graph[$0].constant }
        #expect(weight?.shape == [2, 2])
        #expect(weight?.floats == [1, 2, 3, 4])
    }

    @Test func importsWhatAnExporterWrites() throws {
        let graph = try ModelLoader.loadModel(path: Fixtures.path("lstm.onnx"))
        #expect(graph.inputs.map { graph[$0].type?.description } == ["float32[batch, time, 1]"])
        #expect(graph.nodes.filter { $0.op.name == "LSTM" }.count == 1)
        #expect(graph.nodes.allSatisfy { $0.op.name != "Constant" })
        let lstm = try #require(graph.nodes.first { $0.op.name == "LSTM" })
        #expect(lstm.inputs.count == 7 && lstm.inputs[4] == nil)
        var optimized = graph
        try optimized.optimize()
        #expect(optimized.outputs.map { optimized[$0].type?.description } == ["float32[batch, 10]"])
    }

    @Test func sortsNodesAndKeepsSortedOnes() throws {
        var model = ONNXBuilding.model()
        model.graph.node.reverse()
        #expect(try model.imported().nodes.map(\.op.name) == ["MatMul", "Relu"])
        let nodes = (0..<20_000).map { ONNXBuilding.node("Relu", ["v\($0)"], ["v\($0 + 1)"], name: "n\($0)") }
        let chain = ONNXBuilding.model(
            nodes: nodes.reversed(), inputs: [ONNXBuilding.input("v0", [.dimValue(1)])], outputs: ["v20000"])
        #expect(try chain.imported().nodes.map(\.name) == nodes.map(\.name))
    }

    @Test func leavesOutWhatHasNoName() throws {
        let clip = ONNXBuilding.model(
            nodes: [
                ONNXBuilding.node("Clip", ["x", "", "top"], ["y", ""]),
                ONNXBuilding.node("Clip", ["x", "", ""], ["z"]),
            ],
            initializers: [ONNXBuilding.floats("top", [6], [])], outputs: ["y", "z"])
        let graph = try clip.imported()
        #expect(graph.nodes.map(\.inputs.count) == [3, 1])
        #expect(graph.nodes[0].inputs[1] == nil)
        #expect(graph.nodes.map(\.outputs.count) == [1, 1])
        #expect(graph.nodes.map(\.name) == ["y", "z"])
    }

    @Test func inputsThatAreInitializersAreConstants() throws {
        var model = ONNXBuilding.model()
        model.graph.input.insert(ONNXBuilding.input("w", [.dimValue(2), .dimValue(2)]), at: 0)
        let graph = try model.imported()
        #expect(graph.inputs.map { graph[$0].name } == ["x"])
    }

    @Test func makesSymbolsOfUnknownSizes() throws {
        let dimensions: [ONNXTensorShapeProto.Dimension.OneOf_Value?] = [
            .dimValue(0), nil, .dimParam(""), .dimParam("x.1"), .dimValue(-1), .dimValue(7), .dimParam("batch"),
        ]
        let graph = try ONNXBuilding.model(
            nodes: [ONNXBuilding.node("Relu", ["x"], ["y"])], inputs: [ONNXBuilding.input("x", dimensions)]
        ).imported()
        #expect(
            graph[graph.inputs[0]].type?.dimensions == [
                .symbol("x.0"), .symbol("x.1'"), .symbol("x.2"), .symbol("x.1"), .symbol("x.4"), 7, .symbol("batch"),
            ])
    }

    @Test(
        arguments: [
            (1, .float32), (2, .uint8), (3, .int8), (4, .uint16), (5, .int16), (6, .int32), (7, .int64), (9, .bool),
            (10, .float32), (11, .float32), (12, .uint32), (13, .uint64), (16, .float32),
        ] as [(Int32, DType)])
    func readsInputTypes(number: Int32, dtype: DType) throws {
        let graph = try ONNXBuilding.model(
            nodes: [ONNXBuilding.node("Identity", ["x"], ["y"])],
            inputs: [ONNXBuilding.input("x", [.dimValue(1)], type: number)]
        ).imported()
        #expect(graph[graph.inputs[0]].type == ValueType(dtype, [1]))
    }

    @Test func importsConstantsOfEveryKind() throws {
        let attributes = [
            ONNXBuilding.attribute("value", .tensor) { $0.t = ONNXBuilding.floats("", [1, 2], [2]) },
            ONNXBuilding.attribute("value_int", .int) { $0.i = -3 },
            ONNXBuilding.attribute("value_ints", .ints) { $0.ints = [4, 5] },
            ONNXBuilding.attribute("value_float", .float) { $0.f = 0.5 },
            ONNXBuilding.attribute("value_floats", .floats) { $0.floats = [6, 7, 8] },
        ]
        let nodes = attributes.map { ONNXBuilding.node("Constant", [], [$0.name], name: "", [$0]) }
        let graph = try ONNXBuilding.model(nodes: nodes, outputs: attributes.map(\.name)).imported()
        #expect(graph.nodes.isEmpty)
        let tensors = graph.outputs.compactMap { graph[$0].constant }
        #expect(tensors.map(\.shape) == [[2], [], [2], [], [3]])
        #expect(tensors.map(\.dtype) == [.float32, .int64, .int64, .float32, .float32])
        #expect(tensors[1].integers == [-3] && tensors[2].integers == [4, 5])
        #expect([0, 3, 4].map { tensors[$0].floats } == [[1, 2], [0.5], [6, 7, 8]])
    }

    @Test func readsAttributesOfEveryKind() throws {
        var tensors = ONNXTensorReader(externalData: nil)
        let values = try ONNXAttributeReader(nodeName: "n", opType: "T").values(
            [
                ONNXBuilding.attribute("i", .int) { $0.i = .min },
                ONNXBuilding.attribute("f", .float) { $0.f = 1.5 },
                ONNXBuilding.attribute("s", .string) { $0.s = ONNXBuilding.raw(Array("é".utf8)) },
                ONNXBuilding.attribute("is", .ints) { $0.ints = [1, -1] },
                ONNXBuilding.attribute("fs", .floats) { $0.floats = [0.5] },
                ONNXBuilding.attribute("ss", .strings) { $0.strings = [ONNXBuilding.raw(Array("a".utf8))] },
                ONNXBuilding.attribute("t", .tensor) { $0.t = ONNXBuilding.floats("", [9], [1]) },
                ONNXBuilding.attribute("none", .ints),
            ], &tensors)
        let attributes = Attributes(values, opset: 17)
        #expect(try attributes.int("i") == .min)
        #expect(try attributes.float("f") == 1.5)
        #expect(try attributes.string("s") == "é")
        #expect(try attributes.ints("is") == [1, -1])
        #expect(try attributes.ints("none") == [])
        #expect(try attributes.floats("fs") == [0.5])
        #expect(try attributes.strings("ss") == ["a"])
        #expect(try attributes.tensor("t")?.floats == [9])
    }

    @Test func survivesDamage() throws {
        let attribute = ONNXBuilding.attribute("axis", .int) { $0.i = 1 }
        let constant = ONNXBuilding.attribute("value", .tensor) { $0.t = ONNXBuilding.floats("", [1, 2], [1, 2]) }
        let typed = ONNXBuilding.tensor("b", type: 1, dims: [2]) { $0.floatData = [1, 2] }
        let bytes = try ONNXBuilding.model(
            nodes: [
                ONNXBuilding.node("Constant", [], ["c"], [constant]), ONNXBuilding.node("MatMul", ["x", "w"], ["h"]),
                ONNXBuilding.node("Add", ["h", "b"], ["s"]), ONNXBuilding.node("Mul", ["s", "c"], ["t"]),
                ONNXBuilding.node("Softmax", ["t"], ["y"], [attribute]),
            ], initializers: [ONNXBuilding.floats("w", [1, 2, 3, 4], [2, 2]), typed]
        ).fileBytes()
        #expect(try ONNXImporter.graph(from: bytes).nodes.count == 4)
        // The operator sets come last in the file, so no beginning of it is a model.
        Damage.truncations(of: bytes) { _ = try ONNXImporter.graph(from: $0) }
        Damage.mutations(of: bytes, count: 10_000) { _ = try ONNXImporter.graph(from: $0) }
    }

    @Test func refusesEveryTruncationOfARealFile() throws {
        let bytes = try Fixtures.bytes("lstm.onnx")
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: ModelFormatError.self) { try ONNXImporter.graph(from: Array(bytes[..<count])) }
        }
    }
}
