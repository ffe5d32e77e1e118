import JSON
import ONNXProtobuf
import SwiftProtobuf
import TestSupport
import Testing

@testable import API

/// Models whose files state other element types than floats: they are what requests and answers have.
@Suite(.serialized) struct TypesTests {
    /// kept = ids where on, else 0; place = its greatest; above = whether kept > 0. `ids` are INT64, `on` BOOL, both [batch, 3].
    private static func model() throws -> [UInt8] {
        var model = ONNXModelProto()
        model.irVersion = 8
        model.opsetImport = [ONNXOperatorSetIdProto.with { $0.version = 17 }]
        model.graph.initializer = [
            ONNXTensorProto.with {
                ($0.name, $0.dataType, $0.dims, $0.floatData) = ("zero", 1, [1], [0])
            }
        ]
        model.graph.input = [value("ids", 7, [3]), value("on", 9, [3])]
        model.graph.output = [value("kept", 1, [3]), value("place", 7, []), value("above", 9, [3])]
        model.graph.node = [
            node("Cast", ["ids"], "i", ["to": 1]), node("Cast", ["on"], "o", ["to": 1]),
            node("Mul", ["i", "o"], "kept"), node("ArgMax", ["kept"], "place", ["axis": 1, "keepdims": 0]),
            node("Greater", ["kept", "zero"], "above"),
        ]
        return try model.serializedBytes()
    }

    /// y = x + 1 for UINT8 `x` of three numbers, which is INT32.
    private static func bytesModel() throws -> [UInt8] {
        var model = ONNXModelProto()
        model.irVersion = 8
        model.opsetImport = [ONNXOperatorSetIdProto.with { $0.version = 17 }]
        model.graph.initializer = [
            ONNXTensorProto.with {
                ($0.name, $0.dataType, $0.dims, $0.floatData) = ("one", 1, [1], [1])
            }
        ]
        model.graph.input = [value("x", 2, [3])]
        model.graph.output = [value("y", 6, [3])]
        model.graph.node = [
            node("Cast", ["x"], "f", ["to": 1]), node("Add", ["f", "one"], "g"), node("Cast", ["g"], "y", ["to": 6]),
        ]
        return try model.serializedBytes()
    }

    private static func node(
        _ op: String, _ inputs: [String], _ output: String, _ numbers: [String: Int64] = [:]
    ) -> ONNXNodeProto {
        ONNXNodeProto.with { node in
            (node.opType, node.input, node.output) = (op, inputs, [output])
            node.attribute = numbers.map { name, number in
                ONNXAttributeProto.with { ($0.name, $0.type, $0.i) = (name, .int, number) }
            }
        }
    }

    private static func value(_ name: String, _ type: Int32, _ sizes: [Int64]) -> ONNXValueInfoProto {
        ONNXValueInfoProto.with { info in
            info.name = name
            info.type.tensorType.elemType = type
            info.type.tensorType.shape.dim =
                [.with { $0.dimParam = "batch" }] + sizes.map { size in .with { $0.dimValue = size } }
        }
    }

    private static let directory: TemporaryDirectory? = {
        let directory = TemporaryDirectory()
        guard let model = try? model(), let bytes = try? bytesModel() else { return nil }
        directory.write(model, to: "m/1/model.onnx")
        directory.write(bytes, to: "bytes/1/model.onnx")
        return directory
    }()
    private static let shared: RunningAPI? = directory.flatMap { try? RunningAPI(models: $0.path) }
    private static var api: RunningAPI { get throws { try #require(shared) } }

    private static func json(_ response: Response?) throws -> JSONValue {
        let response = try #require(response)
        #expect(response.status == 200, "\(response.text)")
        return try JSONValue(parsing: response.body)
    }

    @Test func typesAreThoseOfTheFile() throws {
        let client = try Self.api.client()
        let metadata = try Self.json(client.get("/v2/models/m"))
        #expect(metadata["inputs"]?.array?.compactMap { $0["datatype"]?.string } == ["INT64", "BOOL"])
        #expect(metadata["outputs"]?.array?.compactMap { $0["datatype"]?.string } == ["FP32", "INT64", "BOOL"])
        let config = try Self.json(client.get("/v2/models/m/config"))
        #expect(config["input"]?.array?.compactMap { $0["data_type"]?.string } == ["TYPE_INT64", "TYPE_BOOL"])
        let signature = try Self.json(client.get("/v1/models/m/metadata"))["metadata"]?["signature_def"]
        let serving = signature?["signature_def"]?["serving_default"]
        #expect(serving?["inputs"]?["ids"]?["dtype"] == "DT_INT64" && serving?["inputs"]?["on"]?["dtype"] == "DT_BOOL")
        #expect(serving?["outputs"]?["place"]?["dtype"] == "DT_INT64")
    }

    @Test(arguments: ["[true, false, true]", "[1, 0, true]", "[ 1 ,false,1 ]"])
    func rowsHaveTruthsAndAnswersToo(truths: String) throws {
        let body = "{\"instances\": [{\"ids\": [4, 9, 7], \"on\": \(truths)}]}"
        let rows = try Self.json(try Self.api.client().post("/v1/models/m:predict", body))["predictions"]
        #expect(rows == [["kept": [4.0, 0.0, 7.0], "place": 2, "above": [true, false, true]]])
        let columns = "{\"inputs\": {\"ids\": [[4, 9, 7]], \"on\": [\(truths)]}}"
        let outputs = try Self.json(try Self.api.client().post("/v1/models/m:predict", columns))["outputs"]
        #expect(outputs?["place"] == [2] && outputs?["above"] == [[true, false, true]])
    }

    @Test(arguments: [
        (#"{"instances": [[1, 2, 2.5]]}"#, "2.5 as element 2 of row 0"),
        (#"{"instances": [[1, 2, 3], [0, 256, 0]]}"#, "256.0 as element 1 of row 1"),
        (#"{"instances": [[-1, 2, 3]]}"#, "-1.0 as element 0 of row 0"),
    ])
    func numbersThatTheTypeDoesNotHaveAreRefused(body: String, found: String) throws {
        let response = try #require(try Self.api.client().post("/v1/models/bytes/predict", body))
        #expect(response.status == 400)
        #expect(Problem(response)?.detail == "input \"x\": expected whole numbers of uint8, got \(found)")
    }

    @Test func tensorsOfTheProtocolHaveTheirTypes() throws {
        let body = """
            {"inputs": [{"name": "on", "shape": [1, 3], "datatype": "BOOL", "data": [true, false, true]},
             {"name": "ids", "shape": [1, 3], "datatype": "INT64", "data": [4, 9, 7]}],
             "outputs": [{"name": "above"}, {"name": "place"}]}
            """
        let outputs = try Self.json(try Self.api.client().post("/v2/models/m/infer", body))["outputs"]
        let expected: JSONValue = [
            ["name": "above", "datatype": "BOOL", "shape": [1, 3], "data": [true, false, true]],
            ["name": "place", "datatype": "INT64", "shape": [1], "data": [2]],
        ]
        #expect(outputs == expected)
    }

    @Test func aBareTensorHasTheTypeOfTheInput() throws {
        let client = try Self.api.client()
        client.send(
            "POST /v2/models/bytes/infer HTTP/1.1\r\nHost: localhost\r\nInference-Header-Content-Length: 0\r\n"
                + "Content-Length: 6\r\n\r\n")
        client.send([1, 2, 3, 200, 254, 255])
        let response = try #require(client.response())
        #expect(response.status == 200, "\(response.text)")
        let numbers = response.body.suffix(24).withUnsafeBytes { raw in
            (0..<6).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) }
        }
        #expect(numbers == [2, 3, 4, 201, 255, 256])
    }

    @Test func filesOfNumPyHaveTheTypeOfTheOutput() throws {
        let client = try Self.api.client()
        let body = "{\"instances\": [[1, 2, 255]]}"
        client.send(
            "POST /v1/models/bytes/predict HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-npy\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let response = try #require(client.response())
        #expect(response.text.contains("'descr': '<i4'"))
        #expect(response.body.suffix(12) == [2, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0, 0])
    }

    @Test func theDescriptionHasTheTypes() throws {
        let text = try #require(try Self.api.client().get("/openapi.json?model=m")).text
        #expect(text.contains("\"INT64\"") && text.contains("\"BOOL\"") && text.contains("\"boolean\""))
        let path = "/v1/models/bytes/predict"
        let description = try Self.json(try Self.api.client().get("/openapi.json?model=bytes"))
        let body = description["paths"]?[path]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(body?.text.contains("{\"type\":\"integer\",\"minimum\":0.0,\"maximum\":255.0}") == true)
    }
}
