import HTTP
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import API

/// Bodies that are compressed, or no JSON.
@Suite(.serialized) struct BodyTests {
    private let directory = TemporaryDirectory()

    private func serve(
        _ shape: [Int?], _ preprocessing: String? = nil, toml: String? = nil, limits: APILimits = APILimits()
    ) throws -> RunningAPI {
        directory.write(try TinyModel.bytes(shape: shape), to: "m/1/model.onnx")
        if let preprocessing { directory.write(preprocessing, to: "m/1/preprocessing.json") }
        if let toml { directory.write(toml, to: "m/apus.toml") }
        return try RunningAPI(models: directory.path, limits: limits)
    }

    private func post(
        _ api: RunningAPI, _ body: [UInt8], _ type: String, _ fields: String = "", query: String = ""
    ) throws -> Response {
        let client = try api.client()
        client.send(
            "POST /v1/models/m/predict\(query) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n\(fields)"
                + "Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        let response = try #require(client.response())
        withExtendedLifetime(api) {}
        return response
    }

    private func rows(_ response: Response) throws -> JSONValue? {
        #expect(response.status == 200, "\(response.text)")
        return try JSONValue(parsing: response.body)["predictions"]
    }

    private static let json = Array("{\"instances\": [[1, 2], [3, 4]]}".utf8)

    // MARK: Compression

    @Test(arguments: [ContentCoding.gzip, .deflate])
    func compressedBodiesAreRead(coding: ContentCoding) throws {
        let body = try #require(Deflation.deflate(Self.json, coding))
        let response = try post(serve([2]), body, "application/json", "Content-Encoding: \(coding.rawValue)\r\n")
        #expect(try rows(response) == [[1.0, 2.0], [3.0, 4.0]])
    }

    @Test func largeCompressedBodiesAreReadElsewhere() throws {
        let rows = 20_000
        let text = "{\"instances\": [" + (0..<rows).map { "[\($0), 0.\($0 % 977)]" }.joined(separator: ",") + "]}"
        let body = try #require(Deflation.deflate(Array(text.utf8), .gzip))
        let api = try serve([2], toml: "[batching]\nmax_queue_rows = 100000\n")
        let response = try post(api, body, "application/json", "Content-Encoding: gzip\r\n")
        #expect(try self.rows(response)?.array?.count == rows)
    }

    @Test func membersOfGzipMayFollowEachOther() throws {
        let half = Self.json.count / 2
        let first = try #require(Deflation.deflate(Array(Self.json[..<half]), .gzip))
        let second = try #require(Deflation.deflate(Array(Self.json[half...]), .gzip))
        #expect(try inflate(first + second, .gzip) == Self.json)
        #expect(throws: Inflation.Failure.malformed) { try inflate(first + [0], .gzip) }
    }

    private func inflate(_ bytes: [UInt8], _ coding: ContentCoding, limit: Int = 1 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try Inflation.inflate($0, coding, limit: limit) }
    }

    @Test(arguments: [ContentCoding.gzip, .deflate])
    func damagedDataAreRefused(coding: ContentCoding) throws {
        let body = try #require(Deflation.deflate(Self.json, coding))
        for count in 0..<body.count {
            #expect(throws: Inflation.Failure.self) { try inflate(Array(body[..<count]), coding) }
        }
        for index in 0..<body.count {
            var damaged = body
            damaged[index] ^= 0x55
            _ = try? inflate(damaged, coding)
        }
        let response = try post(
            serve([2]), Array(body.dropLast()), "application/json", "Content-Encoding: \(coding.rawValue)\r\n")
        #expect(response.status == 400)
        #expect(Problem(response)?.code == "invalid_content_coding")
    }

    @Test func aBombIsRefusedBeforeItGoesOff() throws {
        let bomb = try #require(Deflation.deflate([UInt8](repeating: 0x20, count: 8 << 20), .gzip))
        #expect(bomb.count < 64 << 10)
        #expect(throws: Inflation.Failure.tooLarge(limit: 1 << 20)) { try inflate(bomb, .gzip) }
        var limits = APILimits()
        limits.maximumInflatedBytes = 1 << 20
        let response = try post(serve([2], limits: limits), bomb, "application/json", "Content-Encoding: gzip\r\n")
        #expect(response.status == 413)
        #expect(Problem(response)?.code == "body_too_large")
        #expect(Inflation.limit(compressed: 10, maximum: 1 << 26) == 1 << 20)
        #expect(Inflation.limit(compressed: 1 << 16, maximum: 1 << 26) == 1 << 24)
        #expect(Inflation.limit(compressed: .max, maximum: 1 << 26) == 1 << 26)
    }

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("gzip", .gzip), ("deflate", .deflate), ("gzip, deflate, br", .gzip), ("br", nil),
            ("*", .gzip),
            ("gzip;q=0", nil), ("gzip;q=0.1, deflate;q=0.5", .deflate), ("GZIP ; q=1", .gzip), ("identity", nil),
            ("*;q=0", nil), ("gzip;q=x", nil),
        ] as [(String?, ContentCoding?)])
    func theClientChoosesTheCoding(field: String?, expected: ContentCoding?) {
        #expect(ContentCoding.accepted(field) == expected)
    }

    @Test func largeAnswersAreCompressed() throws {
        let api = try serve([2])
        let many = Array(
            ("{\"instances\": [" + [String](repeating: "[1, 2]", count: 500).joined(separator: ",") + "]}").utf8)
        let large = try post(api, many, "application/json", "Accept-Encoding: gzip\r\n")
        #expect(large.head.contains("\r\nContent-Encoding: gzip\r\n"))
        #expect(large.head.contains("\r\nVary: Accept-Encoding\r\n"))
        #expect(try JSONValue(parsing: inflate(large.body, .gzip))["predictions"]?.array?.count == 500)
        let small = try post(api, Self.json, "application/json", "Accept-Encoding: gzip\r\n")
        #expect(!small.head.contains("Content-Encoding"))
    }

    // MARK: Other formats

    @Test func numbersComeAndGoAsBytes() throws {
        let numbers: [Float] = [1, 2, 3, 4]
        let body = numbers.withUnsafeBytes { Array($0) }
        let api = try serve([2])
        #expect(try rows(post(api, body, "application/octet-stream")) == [[1.0, 2.0], [3.0, 4.0]])
        let raw = try post(api, body, "application/octet-stream", "Accept: application/octet-stream\r\n")
        #expect(raw.body == body)
        #expect(raw.head.contains("\r\nModel-Version: 1\r\n"))
        let odd = try post(api, Array(body.dropLast()), "application/octet-stream")
        #expect(odd.status == 400 && odd.text.contains("expected a multiple of 8 bytes"))
        #expect(try post(api, [], "application/octet-stream").status == 400)
    }

    @Test(arguments: [([2, 2], 2), ([2], 1), ([2, 2, 1], 2)])
    func arraysOfNumPyAreRows(shape: [Int], rows: Int) throws {
        let tensor = Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: Shape(shape))
        let api = try serve([2])
        let answer = try post(api, NpyWriter.bytes(of: tensor), "application/x-npy", "Accept: application/x-npy\r\n")
        #expect(answer.status == 200, "\(answer.text)")
        let output = try NpyReader.tensor(from: answer.body, name: "answer")
        #expect(output.floats == tensor.floats && output.shape == Shape([rows, 2]))
    }

    @Test func damagedArraysAreRefused() throws {
        let api = try serve([2])
        let file = NpyWriter.bytes(of: Tensor([1, 2], shape: [1, 2]))
        for count in [1, 8, 40, file.count - 1] {
            #expect(try post(api, Array(file[..<count]), "application/x-npy").status == 400)
        }
        #expect(try post(api, file, "application/x-npz").status == 400)
        let wrong = try post(api, NpyWriter.bytes(of: Tensor([1, 2, 3], shape: [1, 3])), "application/x-npy")
        #expect(wrong.status == 400 && wrong.text.contains("x"), "\(wrong.text)")
    }

    @Test func imagesComeAsTheyAre() throws {
        let preprocessing = """
            {"version": 1, "input": {"kind": "image", "height": 2, "width": 2, "channels": 1},
             "steps": [{"step": "scale", "factor": 0.5}]}
            """
        let api = try serve([2, 2, 1], preprocessing)
        for (name, type) in [("grey.png", "image/png"), ("baseline.jpg", "image/jpeg")] {
            let file = contents(of: Repository.root + "/Tests/PreprocessingTests/Fixtures/" + name)
            #expect(try rows(post(api, file, type))?.array?.count == 1)
        }
        let broken = try post(api, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "image/png")
        #expect(broken.status == 400 && broken.text.contains("body[0]: expected a PNG or JPEG file"), "\(broken.text)")
        let plain = try post(
            api, [Float](repeating: 2, count: 4).withUnsafeBytes { Array($0) }, "application/octet-stream")
        #expect(plain.text.hasPrefix("{\"predictions\":[[[[1.0],[1.0]],[[1.0],[1.0]]]]"), "\(plain.text)")
    }

    @Test func anImageNeedsAVersionThatTakesIt() throws {
        let response = try post(serve([2]), [1, 2, 3], "image/png")
        #expect(response.status == 400 && response.text.contains("the model says nothing of images"))
    }

    private static let table = """
        {"version": 1, "ignored_columns": ["id"], "input": {"kind": "table", "columns": [
            {"name": "age", "encoding": "number", "center": 40, "factor": 0.5},
            {"name": "city", "encoding": "one_hot", "categories": ["Rome", "Oslo"]}]}}
        """

    @Test(
        arguments: [
            ("age,city\n42,Oslo\n38,\"Rome\"\n", [[1.0, 0.0, 1.0], [-1.0, 1.0, 0.0]]),
            ("id;city;age\r\n7;Oslo;40\r\n", [[0.0, 0.0, 1.0]]), ("44,Rome", [[2.0, 1.0, 0.0]]),
            ("age,city\n40,\n", [[0.0, 0.0, 0.0]]),
        ] as [(String, JSONValue)])
    func linesAreRowsOfATable(text: String, expected: JSONValue) throws {
        #expect(try rows(post(serve([3], Self.table), Array(text.utf8), "text/csv")) == expected)
    }

    @Test(arguments: [
        ("age,city\n42\n", "line 2"), ("age,city\n\"42", "closing quote"), ("age,city\nold,Oslo\n", "instances[0].age"),
        ("age,nose\n1,2\n", "instances[0].nose"), ("age,age\n1,2\n", "one column of that name"), ("", "non-empty list"),
    ])
    func whatIsWrongWithALineIsSaid(text: String, reason: String) throws {
        let response = try post(serve([3], Self.table), Array(text.utf8), "text/csv")
        #expect(response.status == 400 && response.text.contains(reason), "\(response.text)")
    }

    @Test func linesOfNumbersAreRows() throws {
        #expect(try rows(post(serve([2]), Array("a,b\n1,2\n3,4.5\n".utf8), "text/csv")) == [[1.0, 2.0], [3.0, 4.5]])
    }

    @Test(arguments: ["1e99,2\n3,4\n", "inf,2\n", "x,2\n3,4\n"])
    func aWrongValueInTheFirstLineDoesNotMakeItNames(text: String) throws {
        let response = try post(serve([2]), Array(text.utf8), "text/csv")
        #expect(
            response.status == 400 && response.text.contains("instances[0][0]: expected a number"), "\(response.text)")
    }

    @Test func aTableOfNumbersComesAsBytes() throws {
        let table = """
            {"version": 1, "input": {"kind": "table", "columns": [
                {"name": "a", "encoding": "number"}, {"name": "b", "encoding": "number"}]}}
            """
        let body = ([1, 2, 3, 4] as [Float]).withUnsafeBytes { Array($0) }
        #expect(try rows(post(serve([2], table), body, "application/octet-stream")) == [[1.0, 2.0], [3.0, 4.0]])
    }

    // MARK: Classes

    @Test func theLikeliestClassesAreNamed() throws {
        let api = try serve([3], toml: "[model]\nclass_names = [\"a\", \"b\", \"c\"]\n")
        let body = Array("{\"instances\": [[0.5, 3, 1]]}".utf8)
        let answer = try JSONValue(parsing: post(api, body, "application/json", query: "?top_k=2").body)
        #expect(answer["classes"] == ["b"])
        let top: JSONValue = [
            [["class": "b", "index": 1, "score": 3.0], ["class": "c", "index": 2, "score": 1.0]]
        ]
        #expect(answer["top_k"] == top)
    }
}
