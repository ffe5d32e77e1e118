import JSON
import TestSupport
import Testing

@testable import API

/// TensorFlow Serving's request forms besides rows.
@Suite(.serialized) struct TensorFlowTests {
    private let directory = TemporaryDirectory()

    private func serve(_ shape: [Int?], _ preprocessing: String? = nil, toml: String? = nil) throws -> RunningAPI {
        directory.write(try TinyModel.bytes(shape: shape), to: "m/1/model.onnx")
        if let preprocessing { directory.write(preprocessing, to: "m/1/preprocessing.json") }
        if let toml { directory.write(toml, to: "m/apus.toml") }
        return try RunningAPI(models: directory.path)
    }

    private func post(_ api: RunningAPI, _ verb: String, _ body: String) throws -> (status: Int, json: JSONValue) {
        let response = try #require(api.client().post("/v1/models/m:\(verb)", body))
        withExtendedLifetime(api) {}
        return (response.status, try JSONValue(parsing: response.body))
    }

    @Test(arguments: ["[[1, 2], [3, 4]]", "{\"x\": [[1, 2], [3, 4]]}"])
    func wholeInputsGetWholeOutputs(inputs: String) throws {
        let (status, json) = try post(serve([2]), "predict", "{\"inputs\": \(inputs), \"signature_name\": \"\"}")
        #expect(status == 200, "\(json.text)")
        #expect(json["outputs"] == [[1.0, 2.0], [3.0, 4.0]] && json["predictions"] == nil)
    }

    @Test func aRowOfOneNumberMayBeAListOfIt() throws {
        let api = try serve([])
        #expect(try post(api, "predict", "{\"instances\": [1, [2.5]]}").json["predictions"] == [1.0, 2.5])
        #expect(try post(api, "regress", "{\"examples\": [{\"x\": [3]}, {\"x\": 4}]}").json["results"] == [3.0, 4.0])
        #expect(try post(api, "predict", "{\"instances\": [[1, 2]]}").status == 400)
        let csv = try #require(
            api.client().post("/v1/models/m/predict", "1\n2\n", fields: "Content-Type: text/csv\r\n"))
        #expect(try JSONValue(parsing: csv.body)["predictions"] == [1.0, 2.0])
    }

    private static let table = """
        {"version": 1, "input": {"kind": "table", "columns": [
            {"name": "age", "encoding": "number", "center": 40, "factor": 0.5},
            {"name": "city", "encoding": "one_hot", "categories": ["Rome", "Oslo"]}]}}
        """

    @Test func columnsOfATableAreLists() throws {
        let api = try serve([3], Self.table)
        let body = "{\"inputs\": {\"city\": [\"Oslo\", \"Rome\"], \"age\": [42, 40]}}"
        #expect(try post(api, "predict", body).json["outputs"] == [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
        let (status, json) = try post(api, "predict", "{\"inputs\": {\"city\": [\"Oslo\"], \"age\": [42, 40]}}")
        #expect(status == 400)
        #expect(json["field"] == "inputs.age")
    }

    @Test func columnsOfATableAreTensorsToo() throws {
        let api = try serve([3], Self.table)
        let client = try api.client()
        let body = """
            {"inputs": [{"name": "city", "shape": [2, 1], "datatype": "BYTES", "data": ["Oslo", "Rome"]},
             {"name": "age", "shape": [2], "datatype": "FP32", "data": [42, 40]}]}
            """
        let response = try #require(client.post("/v2/models/m/infer", body))
        let json = try JSONValue(parsing: response.body)
        #expect(json["outputs"]?.array?.first?["data"] == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0], "\(response.text)")
        let metadata = try JSONValue(parsing: try #require(client.get("/v2/models/m")).body)
        #expect(metadata["inputs"]?.array?.compactMap { $0["datatype"]?.string } == ["FP32", "BYTES"])
        withExtendedLifetime(api) {}
    }

    @Test func examplesAreClassified() throws {
        let api = try serve([2], toml: "[model]\nclass_names = [\"cat\", \"dog\"]\n")
        let (status, json) = try post(api, "classify", "{\"examples\": [{\"x\": [0.25, 0.75]}]}")
        #expect(status == 200, "\(json.text)")
        #expect(json["results"] == [[["cat", 0.25], ["dog", 0.75]]])
    }

    @Test func examplesShareAContext() throws {
        let api = try serve([3], Self.table)
        let body = "{\"context\": {\"city\": \"Rome\"}, \"examples\": [{\"age\": [42]}, {\"age\": 44}]}"
        let (_, json) = try post(api, "classify", body)
        #expect(json["results"]?.array?[0] == [["0", 1.0], ["1", 1.0], ["2", 0.0]])
        let twice = "{\"examples\": [{\"age\": 42, \"city\": \"Oslo\"}], \"context\": {\"city\": \"Rome\"}}"
        #expect(try post(api, "classify", twice).json["field"] == "examples[0].city")
        #expect(try post(api, "classify", "{\"examples\": [7]}").json["field"] == "examples[0]")
    }

    @Test func valuesAreRegressed() throws {
        let api = try serve([1])
        let (status, json) = try post(api, "regress", "{\"examples\": [{\"x\": [3]}, {\"x\": 4}]}")
        #expect(status == 200, "\(json.text)")
        #expect(json["results"] == [3.0, 4.0])
    }

    @Test(arguments: [
        (
            "regress", "{\"examples\": [{\"x\": [1, 2]}]}",
            "regress: expected a model whose first output is [rows] or [rows, 1]"
        ),
        ("classify", "{\"instances\": []}", "unknown member \"instances\"; expected \"examples\""),
        ("classify", "{}", "the member \"examples\" is missing"), ("predict", "{\"examples\": []}", "unknown member"),
        ("classify", "{\"examples\": [], \"examples\": []}", "\"examples\" is given twice"),
        ("classify", "{\"examples\": [{\"y\": 1}]}", "examples[0].y: the model has no such input"),
        ("classify", "{\"examples\": [{\"x\": [1, 2]}], \"context\": 7}", "context: expected an object, got 7"),
        ("predict", "{\"inputs\": {\"y\": [[1, 2]]}}", "inputs.y: the model has no such input"),
        ("predict", "{\"inputs\": {\"x\": [[1, 2], [1]]}}", "inputs.x[1]"),
    ])
    func whatIsWrongIsSaid(verb: String, body: String, reason: String) throws {
        let (status, json) = try post(serve([2]), verb, body)
        #expect(status == 400)
        #expect(json["error"]?.string?.contains(reason) == true, "\(json.text)")
    }
}
