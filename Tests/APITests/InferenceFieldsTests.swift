import Serving
import Testing

@testable import API

struct InferenceFieldsTests {
    @Test(
        arguments: [
            ("application/json; charset=utf-8", .json), ("APPLICATION/JSON", .json), ("application/vnd.x+json", .json),
            ("text/plain", .json), ("", .json), ("application/octet-stream", .floats), ("application/x-npy", .npy),
            ("application/x-npz", .npz), ("image/png", .image), ("image/jpeg", .image),
            ("text/csv; header=present", .csv), ("application/jsonl", .jsonLines), ("application/x-ndjson", .jsonLines),
        ] as [(String, BodyFormat)])
    func mediaTypesNameFormats(type: String, format: BodyFormat) throws {
        #expect(try BodyFormat(contentType: type) == format)
    }

    @Test(arguments: ["text/html", "image/gif", "application", "multipart/mixed; boundary=x", "multipart/form-data"])
    func othersAreRefused(type: String) {
        #expect(throws: APIError.self) { try BodyFormat(contentType: type) }
    }

    @Test(
        arguments: [
            (nil, .json), ("*/*", .json), ("text/html, application/x-npy;q=0.5", .npy),
            ("application/json, application/x-npy", .json),
            ("application/octet-stream", .floats), ("text/html", .json), ("", .json),
            ("text/html, application/json;q=0.1, application/x-npy", .npy),
            ("application/json;q=0, application/x-npy", .npy),
            ("application/x-npy; q=0.2, application/octet-stream ;q=0.7, */*;q=0.1", .floats),
            ("application/x-npy;q=x, application/json;q=0.5", .npy), ("APPLICATION/X-NPY", .npy),
        ] as [(String?, AnswerFormat)])
    func acceptChoosesTheAnswer(accept: String?, format: AnswerFormat) {
        #expect(AnswerFormat(accept: accept) == format)
    }

    @Test func deadlinesComeNearerOnly() throws {
        let api = try RunningAPI()
        let version = try api.repository.version(of: "digits-lstm")
        var conditions = RequestConditions(isCancelled: { false })
        conditions.limit(microseconds: .max, version)
        #expect(conditions.deadline == nil)
        conditions.limit(microseconds: 1_000_000, version)
        let deadline = try #require(conditions.deadline)
        #expect(deadline > version.now())
        conditions.limit(microseconds: 60_000_000, version)
        #expect(conditions.deadline == deadline)
        conditions.limit(microseconds: 0, version)
        #expect(try #require(conditions.deadline) <= version.now())
    }
}
