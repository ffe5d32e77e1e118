import API
import JSON
import Serving
import TestSupport
import Testing

/// Versions are sent over HTTP.
@Suite(.serialized) struct UploadTests {
    private let models = TemporaryDirectory()

    private func model(_ offset: Float) throws -> [UInt8] { try TinyModel.bytes(shape: [1], plus: offset) }

    private func send(
        _ client: Client, _ body: [UInt8], type: String?, path: String = "/v1/models/m/versions", fields: String = ""
    ) -> Response? {
        let contentType = type.map { "Content-Type: \($0)\r\n" } ?? ""
        client.send(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(contentType)\(fields)Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        return client.response()
    }

    private func form(_ files: [(name: String, contents: [UInt8])]) -> [UInt8] {
        files.flatMap { name, contents in
            Array(
                ("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n").utf8) + contents + Array("\r\n".utf8)
        } + Array("--xyz--\r\n".utf8)
    }

    private func answer(_ client: Client, _ path: String = "/v1/models/m/predict") -> Float? {
        Predictions(client.post(path, "{\"instances\": [1]}"))?.rows.first?.first
    }

    @Test func anArchiveBecomesTheNextVersion() throws {
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        let first = try #require(
            send(client, TarBuilder.archive([("1/model.onnx", try model(1))]), type: "application/x-tar"))
        #expect(first.status == 201, "\(first.text)")
        #expect(first.value(of: "location") == "/v1/models/m/versions/1")
        let json = try JSONValue(parsing: first.body)
        #expect(json["name"] == "m" && json["version"] == "1" && json["state"] == "ready" && json["serving"] == true)
        #expect(answer(client) == 2)
        let second = send(client, form([("model.onnx", try model(2))]), type: "multipart/form-data; boundary=xyz")
        #expect(second?.value(of: "location") == "/v1/models/m/versions/2")
        #expect(answer(client) == 3 && answer(client, "/v1/models/m/versions/1:predict") == 2)
        let list = try JSONValue(parsing: try #require(client.get("/v1/models/m/versions")).body)
        #expect(list["versions"]?.array?.map { $0["version"] } == ["1", "2"])
    }

    @Test func labelsAreGivenInTheSameRequest() throws {
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        let path = "/v1/models/m/versions"
        func upload(_ offset: Float, _ query: String) throws -> Response? {
            send(
                client, TarBuilder.archive([("model.onnx", try model(offset))]), type: "application/x-tar",
                path: path + query)
        }
        #expect(try upload(1, "")?.status == 201)
        let canary = try JSONValue(parsing: try #require(try upload(2, "?label=canary")).body)
        #expect(canary["labels"] == ["canary"] && canary["serving"] == false)
        #expect(answer(client) == 2 && answer(client, "/v1/models/m/labels/canary/predict") == 3)
        #expect(try upload(3, "?serve=false")?.status == 201)
        #expect(answer(client) == 2 && answer(client, "/v1/models/m/versions/3/predict") == 4)
        #expect(try upload(4, "?label=stable")?.status == 201)
        #expect(answer(client) == 5)
        #expect(try upload(5, "?serve=maybe")?.status == 400)
        #expect(try upload(5, "?label=a%20b")?.status == 400)
        #expect(try upload(5, "?nose=1")?.status == 400)
        #expect(try api.repository.model(named: "m").count == 4)
    }

    @Test(arguments: [
        (("../model.onnx"), "files[0].name"), ("/model.onnx", "files[0].name"), (".hidden/model.onnx", "files[0].name"),
        ("a\\model.onnx", "files[0].name"),
    ])
    func namesThatLeadElsewhereAreRefused(name: String, field: String) throws {
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        let refusals = [
            send(client, TarBuilder.archive([(name, try model(1))]), type: "application/x-tar"),
            send(client, form([(name, try model(1))]), type: "multipart/form-data; boundary=xyz"),
        ]
        for refusal in refusals {
            let problem = try #require(refusal.flatMap { Problem($0) })
            #expect(refusal?.status == 400 && problem.code == "invalid_field")
            #expect(problem.detail.hasPrefix(field), "\(problem.detail)")
        }
        #expect(names(in: models.path).allSatisfy { $0 == ".staging" } && !models.has("../model.onnx"))
    }

    @Test func whatIsRefusedSaysWhy() throws {
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        let good = TarBuilder.archive([("model.onnx", try model(1))])
        var link = TarBuilder()
        link.add("model.onnx", type: "2")
        let cases: [(body: [UInt8], type: String?, status: Int, text: String)] = [
            (
                link.bytes, "application/x-tar", 400,
                "entries[0].type: expected a regular file or a directory, got a symbolic"
            ),
            (Array(good.prefix(560)), "application/x-tar", 400, "entries[0].size: expected at most the 48 bytes"),
            ([], "application/x-tar", 400, "the body is empty"),
            (good, "application/json", 415, "Content-Type: expected one of application/x-tar, application/gzip"),
            (good, nil, 415, "Content-Type: expected one of application/x-tar"),
            (good, "multipart/form-data", 400, "Content-Type: expected a boundary"),
            (good, "multipart/form-data; boundary=xyz", 400, "a body of multipart/form-data: expected"),
            (
                Array("--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--xyz--\r\n".utf8),
                "multipart/form-data; boundary=xyz", 400, "files[0].name: expected a part with a filename, got none"
            ),
            (TarBuilder.archive([]), "application/x-tar", 400, "files: expected a model file at least, got none"),
            (
                TarBuilder.archive([("model.onnx", [1, 2, 3])]), "application/x-tar", 422,
                "the version is not published: "
            ),
            (TarBuilder.archive([("readme.txt", [65])]), "application/x-tar", 422, "the version is not published: "),
            ([0x1F, 0x8B, 8, 0, 1], "application/gzip", 400, "Content-Encoding: expected a whole body in gzip"),
        ]
        for (body, type, status, text) in cases {
            let response = try #require(send(client, body, type: type))
            #expect(response.status == status, "\(text): \(response.text)")
            #expect(Problem(response)?.detail.hasPrefix(text) == true, "\(response.text)")
        }
        #expect(send(client, good, type: "application/x-tar", path: "/v1/models/.m/versions")?.status == 400)
        #expect(api.repository.modelNames.isEmpty)
        #expect(send(client, good, type: "application/x-tar")?.status == 201)
    }

    @Test func compressedArchivesAreBounded() throws {
        var limits = APILimits()
        limits.maximumInflatedBytes = 4096
        let api = try RunningAPI(models: models.path, limits: limits)
        let client = try api.client()
        let small = contents(of: Repository.fixture("tars/tiny.tar.gz"))
        #expect(send(client, small, type: "application/gzip")?.status == 201)
        #expect(answer(client) == 4)
        let fields = "Content-Encoding: gzip\r\n"
        #expect(send(client, small, type: "application/x-tar", fields: fields)?.status == 201)
        let bomb = contents(of: Repository.fixture("tars/zeros.tar.gz"))
        #expect(send(client, bomb, type: "application/gzip")?.status == 413)
    }

    @Test func reloadReadsWhatIsOnDiskNow() throws {
        models.write(try model(1), to: "m/1/model.onnx")
        let api = try RunningAPI(models: models.path)
        let client = try api.client()
        models.write(try model(5), to: "m/1/model.onnx")
        #expect(answer(client) == 2)
        #expect(client.post("/v1/models/m/reload", "")?.status == 200)
        #expect(answer(client) == 6)
        models.write([1, 2, 3], to: "m/1/model.onnx")
        for path in ["/v1/models/m/reload", "/v1/models/m/versions/1/reload", "/v1/models/m/load"] {
            #expect(client.post(path, "")?.status == 503)
        }
        #expect(client.post("/v2/repository/models/m/load", "")?.status == 503)
        #expect(answer(client) == 6)
        let status = try JSONValue(parsing: try #require(client.get("/v1/models/m/status")).body)
        let version = try #require(status["versions"]?.array?.first)
        #expect(version["state"] == "ready" && version["refused"]?["reason"]?.string?.isEmpty == false)
        #expect(version["refused"]?["since"]?.double ?? 0 > 1e9)
        let index = try JSONValue(parsing: try #require(client.post("/v2/repository/index", "")).body)
        #expect(index.array?.first?["reason"]?.string?.hasPrefix("what was loaded before goes on") == true)
        #expect(client.get("/v1/models/m/reload")?.status == 405)
        #expect(client.post("/v1/models/x/reload", "")?.status == 404)
    }
}
