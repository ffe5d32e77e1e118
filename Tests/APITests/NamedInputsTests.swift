import ONNXProtobuf
import SwiftProtobuf
import TestSupport
import Testing

/// A model with two inputs takes an object for each row.
struct NamedInputsTests {
    /// sum = left + right, for two inputs [batch, 2].
    private static func model() throws -> [UInt8] {
        func tensor(_ name: String) -> ONNXValueInfoProto {
            var dimensions = [ONNXTensorShapeProto.Dimension(), ONNXTensorShapeProto.Dimension()]
            dimensions[0].dimParam = "batch"
            dimensions[1].dimValue = 2
            var info = ONNXValueInfoProto()
            info.name = name
            info.type.tensorType.elemType = 1
            info.type.tensorType.shape.dim = dimensions
            return info
        }
        var node = ONNXNodeProto()
        node.opType = "Add"
        node.input = ["left", "right"]
        node.output = ["sum"]
        var opset = ONNXOperatorSetIdProto()
        opset.version = 17
        var model = ONNXModelProto()
        model.irVersion = 8
        model.opsetImport = [opset]
        model.graph.input = [tensor("left"), tensor("right")]
        model.graph.output = [tensor("sum")]
        model.graph.node = [node]
        return try model.serializedBytes()
    }

    private let directory = TemporaryDirectory()

    private func serve() throws -> (api: RunningAPI, client: Client) {
        directory.write(try Self.model(), to: "sum/1/model.onnx")
        let api = try RunningAPI(models: directory.path)
        return (api, try api.client())
    }

    @Test func takesAnObjectForEachRow() throws {
        let (api, client) = try serve()
        let body = #"{"instances": [{"left": [1, 2], "right": [10, 20]}, {"right": [0.5, 1], "left": [3, 4]}]}"#
        #expect(Predictions(client.post("/v1/models/sum/predict", body))?.rows == [[11, 22], [3.5, 5]])
        withExtendedLifetime(api) {}
    }

    @Test(arguments: [
        (#"[{"left": [1, 2]}]"#, #"instances[0].right is missing; the model's inputs are "left", "right""#),
        (
            #"[{"left": [1, 2], "right": [1, 2]}, {"left": [1, 2], "up": [1, 2]}]"#,
            #"instances[1].up: the model has no such input; its inputs are "left", "right""#
        ),
        (#"[{"left": [1, 2], "left": [1, 2]}]"#, "instances[0].left is given twice"),
        (#"[{"left": [1, 2], "right": [1]}]"#, "instances[0].right: expected 2 numbers, got 1"),
        (#"[[1, 2]]"#, #"instances[0]: expected an object with the inputs "left", "right", got an array"#),
        (#"{"left": [[1, 2]], "right": [[1, 2]]}"#, "instances: expected a non-empty list, got an object"),
        ("[]", "instances: expected a non-empty list, got an empty list"),
    ])
    func namesTheInputThatIsWrong(instances: String, reason: String) throws {
        let (api, client) = try serve()
        let response = try #require(client.post("/v1/models/sum/predict", #"{"instances": \#(instances)}"#))
        #expect(response.status == 400)
        #expect(Problem(response)?.detail == reason)
        withExtendedLifetime(api) {}
    }
}
