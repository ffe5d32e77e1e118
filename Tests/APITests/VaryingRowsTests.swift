import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

/// Requests whose rows are sequences of different lengths: each row is answered as if it had come alone.
struct VaryingRowsTests {
    private let models = TemporaryDirectory()

    /// Shipped and golden models that leave the number of steps free: what a row is made of, and the model's file.
    private static let recurrent: [(name: String, inputs: [(name: String, features: Int)], file: [UInt8])] = {
        let layers = Repository.root + "/Tests/ModelFormatsTests/Fixtures"
        let golden = ["t_gru", "t_rnn_tanh", "t_seed_lstm_seq100"].map { name in
            (
                name: name, inputs: [(name: "input", features: 1)],
                file: contents(of: Repository.fixture("golden/\(name)/model_legacy.onnx"))
            )
        }
        return golden + [
            ("keras-lstm", [("x", 1)], contents(of: layers + "/golden-keras/k_seed_lstm/model.keras")),
            ("keras-two", [("a", 2), ("b", 2)], contents(of: layers + "/keras3/joined/model.keras")),
            (
                "keras-masked", [("x", 0)],
                freed(contents(of: layers + "/golden-keras/k_lstm_text_mask/model.keras"))
            ),
        ]
    }()

    /// A Keras model of 40 words, for any number of them: an embedding that masks zeros, and an LSTM in both directions.
    private static func freed(_ file: [UInt8]) -> [UInt8] {
        guard let archive = try? ZipArchive(bytes: file) else { return [] }
        return ZipBuilding.archive(
            archive.entries.map { entry in
                guard let contents = try? archive.contents(of: entry) else { return (entry.name, []) }
                let bytes = Array(contents.bytes[contents.range])
                guard entry.name == "config.json" else { return (entry.name, bytes) }
                return (
                    entry.name,
                    Array(String(decoding: bytes, as: UTF8.self).replacing("[null, 40", with: "[null, null").utf8)
                )
            })
    }

    /// A row of random numbers as JSON, or of words when a step has no features, some of them masked.
    private static func row(
        _ inputs: [(name: String, features: Int)], steps: Int, _ random: inout RandomSource
    ) -> String {
        let values = inputs.map { input in
            let sequence = (0..<steps).map { _ in
                if input.features == 0 { return String(Int.random(in: 0..<9, using: &random)) }
                let step = (0..<input.features).map { _ in "\(Float.random(in: -1...1, using: &random))" }
                return "[" + step.joined(separator: ",") + "]"
            }
            return "[" + sequence.joined(separator: ",") + "]"
        }
        if inputs.count == 1 { return values[0] }
        return "{" + zip(inputs, values).map { "\"\($0.name)\":\($1)" }.joined(separator: ",") + "}"
    }

    @Test(arguments: recurrent.indices)
    func everyRowIsAnsweredAsIfItHadComeAlone(index: Int) throws {
        let model = Self.recurrent[index]
        models.write(model.file, to: "m/1/model." + (model.name.hasPrefix("keras") ? "keras" : "onnx"))
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        var random = RandomSource(seed: UInt64(index))
        for _ in 0..<4 {
            let rows = (0..<Int.random(in: 2...12, using: &random)).map { _ in
                Self.row(model.inputs, steps: Int.random(in: 1...9, using: &random), &random)
            }
            let alone = try rows.map { row in
                try #require(Predictions(client.post("/v1/models/m:predict", "{\"instances\":[\(row)]}"))).rows[0]
            }
            let body = "{\"instances\":[\(rows.joined(separator: ","))]}"
            for path in ["/v1/models/m:predict", "/v1/models/m/predict", "/v1/models/m/versions/1:predict"] {
                #expect(try #require(Predictions(client.post(path, body))).rows == alone)
            }
        }
        withExtendedLifetime(api) {}
    }

    /// Serves a model that adds one to each of any number of steps: its output has the steps, too.
    private func serveAdder(_ settings: String = "") throws -> (api: RunningAPI, client: Client) {
        models.write(try TinyModel.bytes(shape: [nil], plus: 1), to: "m/1/model.onnx")
        if !settings.isEmpty { models.write(settings, to: "m/apus.toml") }
        let api = try RunningAPI(models: models.path)
        return (api, try api.client())
    }

    @Test(arguments: [
        (#"{"instances": [[1,2,3],[4],[5,6,7]]}"#, #""predictions":[[2.0,3.0,4.0],[5.0],[6.0,7.0,8.0]]"#),
        (#"{"instances": [{"x": [1,2]},{"x": [3]}]}"#, #""predictions":[[2.0,3.0],[4.0]]"#),
        (#"{"inputs": [[1],[2,3]]}"#, #""outputs":[[2.0],[3.0,4.0]]"#),
        (#"{"inputs": {"x": [[1,2],[3],[4]]}}"#, #""outputs":[[2.0,3.0],[4.0],[5.0]]"#),
    ])
    func outputsMayHaveTheLengthsOfTheirRows(body: String, answer: String) throws {
        let (api, client) = try serveAdder()
        let response = try #require(client.post("/v1/models/m:predict", body))
        #expect(response.status == 200)
        #expect(response.text.hasPrefix("{\(answer),"), "\(response.text)")
        withExtendedLifetime(api) {}
    }

    @Test(arguments: [
        (
            #"{"instances": [[1,2],[3]]}"#,
            #""predictions":[{"y":[2.0,3.0],"mean":[1.5]},{"y":[4.0],"mean":[3.0]}]"#
        ),
        (#"{"inputs": [[1,2],[3]]}"#, #""outputs":{"y":[[2.0,3.0],[4.0]],"mean":[[1.5],[3.0]]}"#),
    ])
    func someOutputsMayHaveTheLengthsAndOthersNot(body: String, answer: String) throws {
        models.write(try TinyModel.bytesWithMean(plus: 1), to: "m/1/model.onnx")
        let api = try RunningAPI(models: models.path)
        let response = try #require(try api.client().post("/v1/models/m:predict", body))
        #expect(response.text.hasPrefix("{\(answer),"), "\(response.text)")
        withExtendedLifetime(api) {}
    }

    @Test func linesOfDifferentLengthsMayComeAsCSV() throws {
        let (api, client) = try serveAdder()
        let response = client.post("/v1/models/m:predict", "1,2,3\n4\n5,6\n", fields: "Content-Type: text/csv\r\n")
        #expect(Predictions(response)?.rows == [[2, 3, 4], [5], [6, 7]])
        withExtendedLifetime(api) {}
    }

    @Test(arguments: ["application/jsonl", "application/x-ndjson; charset=utf-8"])
    func rowsMayComeAsLinesOfJSON(type: String) throws {
        let (api, client) = try serveAdder()
        func post(_ lines: String) -> Response? {
            client.post("/v1/models/m:predict", lines, fields: "Content-Type: \(type)\r\n")
        }
        #expect(Predictions(post("[1,2,3]\n{\"x\": [4]}\n"))?.rows == nil)
        #expect(Predictions(post("[1,2,3]\r\n[4]\n \n[5,6]"))?.rows == [[2, 3, 4], [5], [6, 7]])
        #expect(Predictions(post("{\"x\": [1,2]}\n{\"x\": [4]}\n"))?.rows == [[2, 3], [5]])
        let wrong = try #require(post("[1,2]\n[3,\"a\"]\n"))
        #expect(wrong.status == 400)
        #expect(Problem(wrong)?.detail == "instances[1][1]: expected a number, got the string \"a\"")
        let none = try #require(post("\n"))
        #expect(Problem(none)?.detail == "instances: expected a non-empty list, got an empty list")
        withExtendedLifetime(api) {}
    }

    @Test(arguments: ["application/x-npy", "application/octet-stream"])
    func bareNumbersCannotHaveRowsOfDifferentLengths(accept: String) throws {
        let (api, client) = try serveAdder()
        let fields = "Content-Type: application/json\r\nAccept: \(accept)\r\n"
        let equal = try #require(
            client.post("/v1/models/m:predict", #"{"instances": [[1,2],[3,4]]}"#, fields: fields))
        #expect(equal.status == 200)
        let response = try #require(
            client.post("/v1/models/m:predict", #"{"instances": [[1,2],[3]]}"#, fields: fields))
        #expect(response.status == 406)
        #expect(
            Problem(response)?.detail
                == "Accept: expected application/json, because bare numbers have one output of one shape, and here are "
                + "rows of different sizes")
        withExtendedLifetime(api) {}
    }

    @Test(arguments: [
        (#"{"instances": [[1,2],[3,"a"]]}"#, 400, #"instances[1][1]: expected a number, got the string "a""#),
        (#"{"instances": [[1,2],[]]}"#, 400, "instances[1]: expected a non-empty list, got an empty list"),
        (#"{"instances": [[1,2],[[3],[4]]]}"#, 400, "instances[1][0]: expected a number, got a list"),
        (#"{"inputs": {"x": [[1,2],3]}}"#, 400, "inputs.x[1]: expected a list of numbers, got the number 3"),
        (
            #"{"instances": [[1],[2,3],[4],[5],[6]]}"#, 413,
            "expected at most 4 rows in one request (batching.max_queue_rows of the model's apus.toml), got 5"
        ),
    ])
    func whatIsWrongIsNamed(body: String, status: Int, detail: String) throws {
        let (api, client) = try serveAdder("[batching]\nmax_queue_rows = 4\n")
        let response = try #require(client.post("/v1/models/m:predict", body))
        #expect(response.status == status)
        #expect(Problem(response)?.detail == detail)
        withExtendedLifetime(api) {}
    }

    @Test func inputsOfOneRowMustAgree() throws {
        let joined = try #require(Self.recurrent.first { $0.name == "keras-two" })
        models.write(joined.file, to: "m/1/model.keras")
        let api = try RunningAPI(models: models.path)
        let body = #"{"instances": [{"a": [[1,2]], "b": [[1,2]]}, {"a": [[1,2],[3,4]], "b": [[1,2]]}]}"#
        let response = try #require(try api.client().post("/v1/models/m:predict", body))
        #expect(response.status == 400)
        #expect(Problem(response)?.detail == "instances[1]: input \"b\": expected rows of shape [time, 2], got [1, 2]")
    }

    @Test func batchingSaysHowRowsAreGrouped() throws {
        let (api, client) = try serveAdder()
        _ = client.post("/v1/models/m:predict", #"{"instances": [[1,2,3],[4],[5,6,7]]}"#)
        let report = try JSONValue(parsing: try #require(client.get("/v1/models/m/batching")).body)
        #expect(report["grouped_by"] == ["time"] && report["groups"] == [])
        #expect(report["explanation"]?.string?.contains("nothing is padded") == true)
        let sizes = report["costs"]?.array?.compactMap { $0["sizes"]?["time"]?.int } ?? []
        #expect(Set(sizes).isSuperset(of: [1, 3]))
        withExtendedLifetime(api) {}
    }

    @Test func theLikeliestClassesAreThoseOfTheirRows() throws {
        let model = Self.recurrent[0]
        models.write(model.file, to: "m/1/model.onnx")
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        let rows = ["[1,0.5]", "[-1]", "[0.25,0.125,2]"]
        func results(_ rows: [String]) throws -> [JSONValue] {
            let examples = "{\"examples\":[" + rows.map { "{\"input\":\($0)}" }.joined(separator: ",") + "]}"
            let response = try #require(client.post("/v1/models/m:classify", examples))
            let top = try #require(
                client.post("/v1/models/m:predict?top_k=2", "{\"instances\":[\(rows.joined(separator: ","))]}"))
            let (classes, best) = (try JSONValue(parsing: response.body), try JSONValue(parsing: top.body))
            return try zip(#require(classes["results"]?.array), #require(best["top_k"]?.array)).map {
                .array([$0, $1])
            }
        }
        let together = try results(rows)
        #expect(together.count == 3)
        #expect(together == (try rows.flatMap { try results([$0]) }))
        withExtendedLifetime(api) {}
    }
}
