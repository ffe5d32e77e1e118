import JSON
import Serving
import TestSupport
import Testing

@testable import API

/// The Open Inference Protocol over a model that adds 1 to rows of two numbers.
@Suite(.serialized) struct OpenInferenceTests {
    private static let path = "/v2/models/m/infer"

    private static let directory: TemporaryDirectory? = {
        let directory = TemporaryDirectory()
        guard let fixed = try? TinyModel.bytes(shape: [2], plus: 1), let free = try? TinyModel.bytes(shape: [nil])
        else {
            return nil
        }
        directory.write(fixed, to: "m/1/model.onnx")
        directory.write("[model]\nclass_names = [\"cat\", \"dog\"]\n", to: "m/apus.toml")
        directory.write(free, to: "free/1/model.onnx")
        directory.write([1, 2, 3], to: "broken/1/model.onnx")
        return directory
    }()
    private static let shared: RunningAPI? = directory.flatMap { try? RunningAPI(models: $0.path) }
    private static var api: RunningAPI { get throws { try #require(shared) } }

    private static func input(_ data: String, _ shape: String = "[2, 2]", _ type: String = "FP32") -> String {
        "{\"inputs\": [{\"name\": \"x\", \"shape\": \(shape), \"datatype\": \"\(type)\", \"data\": \(data)}]}"
    }

    /// The answer's JSON, and what stands behind it.
    private static func infer(
        _ body: [UInt8], header: Int? = nil, path: String = path
    ) throws -> (status: Int, json: JSONValue, binary: [UInt8]) {
        let client = try api.client()
        let field = header.map { "Inference-Header-Content-Length: \($0)\r\n" } ?? ""
        client.send("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(field)Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        let response = try #require(client.response())
        let marker = "Inference-Header-Content-Length: "
        let line = response.head.split(separator: "\r\n").first { $0.hasPrefix(marker) }
        let length = line.flatMap { Int($0.dropFirst(marker.count)) } ?? response.body.count
        let json = try JSONValue(parsing: Array(response.body[..<length]))
        return (response.status, json, Array(response.body[length...]))
    }

    private static func infer(_ body: String) throws -> (status: Int, json: JSONValue, binary: [UInt8]) {
        try infer(Array(body.utf8))
    }

    private static func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    private static func bytes(_ floats: [Float]) -> [UInt8] { floats.withUnsafeBytes { Array($0) } }

    @Test(arguments: [
        input("[1, 2, 3, 4]"), input("[[1, 2], [3, 4]]"), input("[1, 2, 3, 4]", "[2, 2, 1]"),
        input("[1, 2, 3, 4]", type("INT64")), input("[1.0, 2e0, 3, 4]", type("UINT8")),
        input("[1, 2, 3, 4]", type("FP64")),
        "{\"inputs\": [{\"data\": [1, 2, 3, 4], \"datatype\": \"FP32\", \"parameters\": {\"a\": 1}, \"shape\": [2, 2], "
            + "\"name\": \"x\"}], \"parameters\": {\"priority\": 1, \"timeout\": 10000000}, \"outputs\": []}",
    ])
    func numbersAreTakenInEachForm(body: String) throws {
        let (status, json, _) = try Self.infer(body)
        #expect(status == 200, "\(json.text)")
        #expect(json["outputs"]?.array?.first?["data"] == [2.0, 3.0, 4.0, 5.0])
        #expect(json["outputs"]?.array?.first?["shape"]?.array?.prefix(2) == [2, 2])
        #expect(json["model_name"] == "m" && json["model_version"] == "1" && json["id"] == nil)
    }

    private static func type(_ name: String) -> (shape: String, type: String) { ("[2, 2]", name) }

    private static func input(_ data: String, _ type: (shape: String, type: String)) -> String {
        input(data, type.shape, type.type)
    }

    @Test func truthsAreNumbers() throws {
        for data in ["[true, false, 1, 0]", "[[true, false], [true, false]]"] {
            let (status, json, _) = try Self.infer(Self.input(data, "[2, 2]", "BOOL"))
            #expect(status == 200)
            #expect(json["outputs"]?.array?.first?["data"] == [2.0, 1.0, 2.0, 1.0])
        }
    }

    @Test(arguments: [
        ("", "the body is empty"), ("[]", "expected an object {\"inputs\": […]}, got an array"), ("{", "body: "),
        ("{}", "inputs: expected at least one tensor, got none"),
        ("{\"nose\": 1}", "unknown member \"nose\"; expected \"inputs\""), ("{\"id\": 7}", "id: expected a text"),
        ("{\"inputs\": 7}", "inputs: expected a list"), ("{\"inputs\": [7]}", "inputs[0]: expected an object"),
        ("{\"inputs\": [{}]}", "inputs[0].name: expected a text, got none"),
        (input("[1]", "[]"), "inputs[0].shape: expected at least one size"),
        (input("[1]", "[-1]"), "inputs[0].shape[0]: expected a size of at least 1"),
        (input("[1]", "[4611686018427387904, 4]"), "inputs[0].shape: expected at most"),
        (input("[1]", "[1, 1]", "FP31"), "inputs[0].datatype: expected one of BOOL"),
        (input("[1, 2, 3]"), "inputs[0].data: expected"), (input("[1, 2, 3, 4, 5]"), "inputs[0].data: expected"),
        (input("[[1, 2], [3]]"), "inputs[0].data[1]: expected 2 numbers, got 1"),
        (input("[1, 2, 3, \"4\"]"), "inputs[0].data[3]: expected a number"),
        (input("[1, 2, 3, 4.5]", "[2, 2]", "INT32"), "inputs[0].data: expected whole numbers of INT32, got 4.5"),
        (input("[1, 2, 3, 400]", "[2, 2]", "INT8"), "inputs[0].data: expected whole numbers of INT8, got 400"),
        (input("[1, 2, 3, 4]", "[2, 2]", "FP16"), "inputs[0].data: expected elements of FP16 as binary data"),
        (input("[1, 2, 3, 4]", "[2, 2]", "BOOL"), "inputs[0].data: expected true or false"),
        (input("[true]", "[2, 2]", "BOOL"), "inputs[0].data: expected 4 elements as the shape says, got 1"),
        (input("[true, true, true, true, true]", "[2, 2]", "BOOL"), "4 elements as the shape says, got more"),
        (input("[\"a\", \"b\"]", "[2]", "BYTES"), "inputs[0].datatype: expected numbers"),
        (input("[1, 2, 3]", "[1, 3]"), "x"), (input("[1, 2, 3, 4]", "[4]"), "x"),
        (
            "{\"inputs\": [{\"name\": \"x\", \"shape\": [1], \"datatype\": \"FP32\"}]}",
            "inputs[0].data: expected a list, or"
        ),
        (
            "{\"inputs\": [{\"name\": \"y\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"data\": [1, 2]}]}",
            "inputs[0].name: expected one of the model's inputs \"x\", got \"y\""
        ),
        (
            "{\"outputs\": [{\"name\": \"z\"}], " + input("[1, 2, 3, 4]").dropFirst(),
            "outputs[0].name: expected one of the model's outputs \"y\", got \"z\""
        ),
        (
            "{\"parameters\": {\"sequence_id\": 5}, " + input("[1, 2, 3, 4]").dropFirst(),
            "parameters.sequence_id: expected 0"
        ),
        (
            "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"parameters\": "
                + "{\"shared_memory_region\": \"a\"}}]}", "shared memory is not supported"
        ),
        (
            "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 2], \"datatype\": \"FP32\", \"parameters\": "
                + "{\"binary_data_size\": 8}}]}", "inputs[0].parameters.binary_data_size: expected at most the 0 bytes"
        ),
    ])
    func whatIsWrongIsNamed(body: String, reason: String) throws {
        let (status, json, _) = try Self.infer(body)
        #expect(status == 400 || status == 413, "\(json.text)")
        #expect(json["error"]?.string?.contains(reason) == true, "\(json.text)")
    }

    private static let binaryHeader = """
        {"id": "a/1", "parameters": {"binary_data_output": true}, "inputs": [{"name": "x", "shape": [2, 2],
        "datatype": "FP32", "parameters": {"binary_data_size": 16}}]}
        """

    @Test func binaryTensorsGoBothWays() throws {
        let header = Array(Self.binaryHeader.utf8)
        let (status, json, binary) = try Self.infer(header + Self.bytes([1, 2, 3, 4]), header: header.count)
        #expect(status == 200)
        #expect(Self.floats(binary) == [2, 3, 4, 5])
        #expect(json["id"] == "a/1")
        let output = try #require(json["outputs"]?.array?.first)
        #expect(output["parameters"]?["binary_data_size"] == 16 && output["data"] == nil)
    }

    @Test func notANumberComesBackAsBytesOnly() throws {
        let header = Array(Self.binaryHeader.utf8)
        let numbers = Self.bytes([.nan, .infinity, 3, 4])
        let (status, _, binary) = try Self.infer(header + numbers, header: header.count)
        #expect(status == 200)
        #expect(Self.floats(binary)[0].isNaN && Self.floats(binary)[1] == .infinity)
        let text = Array(Self.binaryHeader.replacing("true", with: "false").utf8)
        let (refused, json, _) = try Self.infer(text + numbers, header: text.count)
        #expect(refused == 500)
        #expect(json["error"]?.string?.contains("output \"y\" is nan at element 0") == true, "\(json.text)")
    }

    @Test(arguments: [
        (-16, 16, "expected 16 bytes of binary data behind the JSON"),
        (0, 15, "expected at most the 15 bytes that are left"),
        (0, 17, "expected 16 bytes of binary data behind the JSON as the inputs say, got 17"),
        (1_000_000, 16, "Inference-Header-Content-Length: expected at most the"),
    ])
    func lengthsMustAgree(shift: Int, count: Int, reason: String) throws {
        let header = Array(Self.binaryHeader.utf8)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: max(-shift, 0))
        let body = header + padding + [UInt8](repeating: 0, count: count)
        let (status, json, _) = try Self.infer(body, header: header.count + max(shift, 0))
        #expect(status == 400)
        #expect(json["error"]?.string?.contains(reason) == true, "\(json.text)")
    }

    @Test func damagedBodiesAreReadOrRefused() throws {
        let version = try Self.api.repository.version(of: "m")
        let reader = OpenInferenceReader(version: version, limits: APILimits())
        let header = Array(Self.binaryHeader.utf8)
        let body = header + Self.bytes([1, 2, 3, 4])
        for index in body.indices {
            for value: UInt8 in [0, 0x22, 0x2D, 0x39, 0x5B, 0x5D, 0x7B, 0x7D, 0xFF] {
                var damaged = body
                damaged[index] = value
                _ = try? damaged.withRawBytes { bytes throws(APIError) in
                    try reader.read(bytes, headerLength: header.count)
                }
            }
        }
        for count in 0..<body.count {
            #expect(throws: APIError.self) {
                try Array(body[..<count]).withRawBytes { bytes throws(APIError) in
                    try reader.read(bytes, headerLength: header.count)
                }
            }
        }
    }

    @Test func aBodyMayBeTheOnlyTensor() throws {
        let (status, json, binary) = try Self.infer(Self.bytes([1, 2, 3, 4]), header: 0)
        #expect(status == 200)
        #expect(Self.floats(binary) == [2, 3, 4, 5])
        #expect(json["outputs"]?.array?.first?["shape"] == [2, 2])
        let free = try Self.infer(Self.bytes([1, 2, 3]), header: 0, path: "/v2/models/free/infer")
        #expect(free.json["outputs"]?.array?.first?["shape"] == [1, 3])
        #expect(try Self.infer([1, 2, 3], header: 0).status == 400)
    }

    @Test func classesComeAsTexts() throws {
        let outputs = "\"outputs\": [{\"name\": \"y\", \"parameters\": {\"classification\": 5}}], "
        let (_, json, _) = try Self.infer("{" + outputs + Self.input("[1, 2, 4, 3]").dropFirst())
        let output = try #require(json["outputs"]?.array?.first)
        #expect(output["datatype"] == "BYTES" && output["shape"] == [2, 2])
        #expect(output["data"] == ["3.000000:1:dog", "2.000000:0:cat", "5.000000:0:cat", "4.000000:1:dog"])
    }

    @Test func modelsDescribeThemselves() throws {
        let client = try Self.api.client()
        func json(_ path: String, _ status: Int = 200) throws -> JSONValue {
            let response = try #require(client.get(path))
            #expect(response.status == status, "\(path)")
            return try JSONValue(parsing: response.body)
        }
        #expect(try json("/v2")["name"] == "apus")
        #expect(try json("/v2/health/live")["live"] == true)
        #expect(try json("/v2/health/ready")["ready"] == true)
        #expect(try json("/v2/models")["models"] == ["free", "m"])
        let model = try json("/v2/models/m/versions/1")
        #expect(model["inputs"] == [["name": "x", "datatype": "FP32", "shape": [-1, 2]]])
        #expect(model["versions"] == ["1"] && model["platform"] == "apus")
        #expect(try json("/v2/models/m/ready")["ready"] == true)
        #expect(try json("/v2/models/broken/ready", 503)["error"]?.string?.contains("broken") == true)
        _ = try json("/v2/models/nobody", 404)
        #expect(try json("/v2/models/m/config")["max_batch_size"] == 256)
        #expect(try json("/v2/models/m/config")["version_policy"] == ["latest": ["num_versions": 1]])
        let statistics = try json("/v2/models/m/stats")["model_stats"]?.array?.first
        #expect(statistics?["name"] == "m" && statistics?["inference_stats"]?["success"]?["count"]?.int != nil)
        #expect(try json("/v2/models/stats")["model_stats"]?.array?.count == 2)
    }

    @Test func theRepositoryIsListedAndChanged() throws {
        let api = try RunningAPI(models: try #require(Self.directory).path)
        let client = try api.client()
        let index = try JSONValue(parsing: try #require(client.post("/v2/repository/index", "")).body)
        #expect(index.array?.compactMap { $0["state"]?.string } == ["UNAVAILABLE", "READY", "READY"])
        #expect(index.array?.map { $0["reason"]?.string?.isEmpty } == [false, true, true])
        #expect(index.array?.allSatisfy { ($0["since"]?.double ?? 0) > 1e9 } == true)
        let ready = try JSONValue(parsing: try #require(client.post("/v2/repository/index", "{\"ready\": true}")).body)
        #expect(ready.array?.compactMap { $0["name"]?.string } == ["free", "m"])
        #expect(
            client.post("/v2/repository/models/m/unload", "{\"parameters\": {\"unload_dependents\": false}}")?.status
                == 200)
        #expect(client.post(Self.path, Self.input("[1, 2, 3, 4]"))?.status == 503)
        let status = try JSONValue(parsing: try #require(client.get("/v1/models/m")).body)["model_version_status"]
        #expect(status?.array?.first?["state"] == "END" && status?.array?.first?["status"]?["error_code"] == "OK")
        #expect(client.post("/v2/repository/models/m/load", "{}")?.status == 200)
        #expect(client.post(Self.path, Self.input("[1, 2, 3, 4]"))?.status == 200)
        #expect(client.post("/v2/repository/models/broken/load", "")?.status == 503)
        #expect(client.post("/v2/repository/models/nobody/load", "")?.status == 404)
        let refused = try #require(
            client.post("/v2/repository/models/m/load", "{\"parameters\": {\"config\": \"{}\"}}"))
        #expect(refused.status == 400)
        #expect(Problem(refused)?.field == "parameters.config")
        withExtendedLifetime(api) {}
    }
}
