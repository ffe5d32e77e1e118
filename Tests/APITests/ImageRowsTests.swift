import JSON
import ModelFormats
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import API

/// Image files as rows of models that take numbers: `files_only` of their `apus.toml`.
@Suite(.serialized) struct ImageRowsTests {
    private static let seven = contents(of: Repository.model("digits-cnn/example.png"))
    private static let photograph = contents(of: Repository.fixture("digit-dark.png"))

    private func post(
        _ api: RunningAPI, _ model: String, _ body: [UInt8], _ type: String, accept: String = "*/*"
    ) throws -> Response {
        let client = try api.client()
        client.send(
            "POST /v1/models/\(model)/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
                + "Accept: \(accept)\r\nContent-Length: \(body.count)\r\n\r\n")
        client.send(body)
        let response = try #require(client.response())
        withExtendedLifetime(api) {}
        return response
    }

    /// A form with these files in it.
    private func form(_ files: [[UInt8]]) -> [UInt8] {
        files.flatMap { file in
            Array("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".utf8) + file + [
                13, 10,
            ]
        } + Array("--x--\r\n".utf8)
    }

    @Test(arguments: ["digits-cnn", "digits-lstm"])
    func theShippedModelsReadPNGFiles(model: String) throws {
        let api = try RunningAPI()
        for file in [Self.seven, Self.photograph] {
            let response = try post(api, model, file, "image/png")
            #expect(response.status == 200, "\(response.text)")
            #expect(try JSONValue(parsing: response.body)["classes"] == ["7"])
        }
        let several = try post(
            api, model, form([Self.photograph, Self.seven, Self.seven]), "multipart/form-data; boundary=x")
        #expect(try JSONValue(parsing: several.body)["classes"] == ["7", "7", "7"])
    }

    @Test func rowsMayBeFilesInBase64() throws {
        let api = try RunningAPI()
        let row = "{\"b64\": \"\(Base64.encode(Self.seven))\"}"
        for (model, name) in [("digits-cnn", "keras_tensor"), ("digits-lstm", "input")] {
            func answer(_ body: String) throws -> (status: Int, json: JSONValue) {
                let response = try post(api, model, Array(body.utf8), "application/json")
                return (response.status, try JSONValue(parsing: response.body))
            }
            let file = try JSONValue(parsing: post(api, model, Self.seven, "image/png").body)
            let (status, rows) = try answer("{\"instances\": [\(row), \(row)]}")
            #expect(status == 200 && rows["classes"] == ["7", "7"])
            #expect(rows["predictions"]?.array?.first == file["predictions"]?.array?.first)
            #expect(try answer("{\"inputs\": [\(row)]}").json["outputs"] == file["predictions"])
            // Clients of TensorFlow write the input's name in front of a row, or of all of them.
            let named = try answer("{\"instances\": [{\"\(name)\": \(row)}, \(row)]}")
            #expect(named.json["predictions"] == rows["predictions"])
            #expect(try answer("{\"inputs\": {\"\(name)\": [\(row)]}}").json["outputs"] == file["predictions"])
            let tensor = "{\"name\": \"\(name)\", \"datatype\": \"BYTES\", \"shape\": [1], \"data\": "
            let inferred = try #require(
                api.client().post(
                    "/v2/models/\(model)/infer", "{\"inputs\": [\(tensor)[\"\(Base64.encode(Self.seven))\"]}]}"))
            let output = try JSONValue(parsing: inferred.body)["outputs"]?.array?.first
            #expect(output?["data"] == file["predictions"]?.array?.first)
            // What numbers are for the model they are not for images.
            let mixed = try answer("{\"instances\": [\(row), [1, 2]]}")
            #expect(mixed.status == 400)
            #expect(mixed.json["detail"] == "instances[1]: expected {\"b64\": …} as instances[0] is, got an array")
            let broken = try answer("{\"instances\": [{\"b64\": \"!\"}]}")
            #expect(broken.status == 400)
            #expect(broken.json["detail"]?.string?.hasPrefix("instances[0].b64: expected base64") == true)
        }
    }

    @Test func theFileGivesWhatItsNumbersGive() throws {
        let api = try RunningAPI()
        for model in ["digits-cnn", "digits-lstm"] {
            let numbers = contents(of: Repository.model("\(model)/example.json"))
            func scores(_ response: Response) throws -> [Double] {
                try #require(JSONValue(parsing: response.body)["predictions"]?.array?[0].array).compactMap(\.double)
            }
            let ofFile = try scores(post(api, model, Self.seven, "image/png"))
            let ofNumbers = try scores(post(api, model, numbers, "application/json"))
            #expect(ofFile.count == 10)
            #expect(zip(ofFile, ofNumbers).allSatisfy { abs($0 - $1) < 2e-3 })
        }
    }

    /// Numbers go where they went before there was anything for files.
    @Test(arguments: ["digits-cnn", "digits-lstm"])
    func numbersAreTheModelsOwnInput(model: String) throws {
        let folder = TemporaryDirectory()
        folder.write(contents(of: Repository.model("\(model)/1/model.onnx")), to: "\(model)/1/model.onnx")
        let body = contents(of: Repository.model("\(model)/example.json"))
        func predictions(_ models: String) throws -> JSONValue? {
            let response = try post(RunningAPI(models: models), model, body, "application/json")
            return try JSONValue(parsing: response.body)["predictions"]
        }
        let plain = try #require(try predictions(folder.path))
        #expect(try predictions(Repository.models) == plain)
    }

    @Test func answersComeAsTheClientAccepts() throws {
        let api = try RunningAPI()
        let array = try post(api, "digits-cnn", Self.seven, "image/png", accept: "application/x-npy")
        #expect(try NpyReader.tensor(from: array.body, name: "answer").shape == [1, 10])
        let binary = try post(
            api, "digits-cnn", form([Self.seven]), "multipart/form-data; boundary=x", accept: "application/octet-stream"
        )
        #expect(binary.body.count == 40)
    }

    @Test func aFormMayHoldOneFileOfAnotherFormat() throws {
        let folder = TemporaryDirectory()
        folder.write(try TinyModel.bytes(shape: [2]), to: "m/1/model.onnx")
        let api = try RunningAPI(models: folder.path)
        let head = "--x\r\nContent-Disposition: form-data; name=\"rows\"\r\nContent-Type: text/csv\r\n\r\n"
        let csv = try post(api, "m", Array((head + "1,2\n3,4\n\r\n--x--").utf8), "multipart/form-data; boundary=x")
        #expect(try JSONValue(parsing: csv.body)["predictions"] == [[1.0, 2.0], [3.0, 4.0]])
        let two = try post(api, "m", form([[1], [2]]), "multipart/form-data; boundary=x")
        #expect(two.status == 400 && two.text.contains("got 2 parts"))
    }

    /// `curl -F` and most other clients call every file octets whose name they do not know.
    @Test(arguments: [
        ("rows.csv", Array("1,2\n3,4\n".utf8)), ("rows.JSON", Array(#"{"instances": [[1, 2], [3, 4]]}"#.utf8)),
        ("rows.jsonl", Array("[1, 2]\n[3, 4]\n".utf8)), ("rows.npy", NpyWriter.bytes(of: rows)),
        ("rows", NpyWriter.bytes(of: rows)),
        (
            "rows.bin",
            rows.elements(as: UInt32.self).flatMap { bits in (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
            }
        ),
    ])
    func aFileOfAFormIsWhatItsNameSays(name: String, bytes: [UInt8]) throws {
        let folder = TemporaryDirectory()
        folder.write(try TinyModel.bytes(shape: [2]), to: "m/1/model.onnx")
        let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
        let body = Array((head + "Content-Type: application/octet-stream\r\n\r\n").utf8) + bytes
        let type = "multipart/form-data; boundary=x"
        let response = try post(RunningAPI(models: folder.path), "m", body + Array("\r\n--x--".utf8), type)
        #expect(try JSONValue(parsing: response.body)["predictions"] == [[1.0, 2.0], [3.0, 4.0]], "\(response.text)")
    }

    private static let rows = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])

    @Test func octetsThatAreAFileSayWhatToSay() throws {
        let response = try post(RunningAPI(), "digits-cnn", Self.seven, "application/octet-stream")
        #expect(response.status == 400)
        #expect(Problem(response)?.detail.contains("begins as a file of image/png; say so in Content-Type") == true)
    }

    @Test func aModelWithoutImagesSaysHowToGetThem() throws {
        let folder = TemporaryDirectory()
        folder.write(try TinyModel.bytes(shape: [2]), to: "m/1/model.onnx")
        let response = try post(RunningAPI(models: folder.path), "m", Self.seven, "image/png")
        #expect(response.status == 400)
        #expect(Problem(response)?.detail.contains("[preprocessing] with kind = \"image\", files_only = true") == true)
    }

    @Test func theStatusTellsWhatImagesAre() throws {
        let api = try RunningAPI()
        let status = try JSONValue(parsing: try #require(api.client().get("/v1/models/digits-lstm/status")).body)
        #expect(status["versions"]?.array?[0]["images"]?["shape"] == [28, 28, 1])
        #expect(status["versions"]?.array?[0]["instances"] == nil)
    }
}
