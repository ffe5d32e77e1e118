import Graphs
import ONNXProtobuf
import Tensors
import Testing

@testable import ModelFormats

/// Models whose inputs are whole numbers, such as the tokens of a text.
struct IntegerInputsTests {
    private static func integer(_ name: String, _ value: Int64) -> ONNXAttributeProto {
        ONNXBuilding.attribute(name, .int) { $0.i = value }
    }

    /// The mean of the vectors of four tokens.
    private static func model(_ first: [ONNXNodeProto]) -> ONNXModelProto {
        let nodes =
            first + [
                ONNXBuilding.node("Gather", ["table", "ids"], ["vectors"]),
                ONNXBuilding.node(
                    "ReduceMean", ["vectors"], ["y"],
                    [ONNXBuilding.attribute("axes", .ints) { $0.ints = [1] }, integer("keepdims", 0)]),
            ]
        return ONNXBuilding.model(
            nodes: nodes, initializers: [ONNXBuilding.floats("table", [0, 1, 10, 11, 20, 21], [3, 2])],
            inputs: [ONNXBuilding.input("tokens", [.dimParam("batch"), .dimValue(4)], type: 7)])
    }

    @Test func tokensPickRowsOfATable() throws {
        let graph = try Self.model([
            ONNXBuilding.node("Cast", ["tokens"], ["ids"], [Self.integer("to", 6)])
        ]).imported()
        let model = try CompiledModel(graph, kernels: Kernels.best())
        // What the file says, although plans take floats.
        #expect(model.inputs[0].dtype == .int64)
        let tokens = Tensor([0, 1, 2, 2, -1, 0, 0, 0] as [Float], shape: [2, 4])
        #expect(try model.plan(bindings: [:]).run([tokens], rows: 2) == [12.5, 13.5, 5, 6])
        #expect(try graph.evaluate([tokens])[0].floats == [12.5, 13.5, 5, 6])
    }

    @Test func arithmeticOnTokensIsThatOfFloats() throws {
        let one = ONNXBuilding.node(
            "Constant", [], ["one"], [ONNXBuilding.attribute("value_int", .int) { $0.i = 1 }])
        let graph = try Self.model([
            one, ONNXBuilding.node("Sub", ["tokens", "one"], ["less"]),
            ONNXBuilding.node("Equal", ["less", "one"], ["is"]),
            ONNXBuilding.node("Cast", ["is"], ["ones"], [Self.integer("to", 7)]),
            ONNXBuilding.node("Mul", ["less", "ones"], ["ids"]),
        ]).imported()
        let tokens = Tensor([0, 1, 2, 2, 5, 0, 0, 0] as [Float], shape: [2, 4])
        let model = try CompiledModel(graph, kernels: Kernels.best())
        #expect(try model.plan(bindings: [:]).run([tokens], rows: 2) == [5, 6, 0, 1])
        #expect(try graph.evaluate([tokens])[0].floats == [5, 6, 0, 1])
    }

    @Test func numbersThatAreUsedOtherwiseStayIntegers() throws {
        let graph = try Self.model([ONNXBuilding.node("Div", ["tokens", "tokens"], ["ids"])]).imported()
        #expect(graph[graph.inputs[0]].type?.dtype == .int64)
        #expect {
            try CompiledModel(graph, kernels: Kernels.best()).plan(bindings: [:])
        } throws: {
            "\($0)".contains("int64")
        }
    }
}
