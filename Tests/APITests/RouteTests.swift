import Testing

@testable import API

struct RouteTests {
    @Test(
        arguments: [
            ("/", .root),
            ("/livez", .liveness),
            ("/readyz", .readiness),
            ("/v1/models", .models),
            ("/v1/models/", .models),
            ("/v1/models/a", .model("a", version: nil)),
            ("/v1/models/a%2Db", .model("a-b", version: nil)),
            ("/v1/models/a:predict", .predict("a", version: nil)),
            ("/v1/models/a/predict", .predict("a", version: nil)),
            ("/v1/models/predict/predict", .predict("predict", version: nil)),
            ("/v1/models/a/status", .status("a", version: nil)),
            ("/v1/models/a/versions/3", .model("a", version: 3)),
            ("/v1/models/a/versions/3:predict", .predict("a", version: 3)),
            ("/v1/models/a/versions/3/predict", .predict("a", version: 3)),
            ("/v1/models/a/versions/3/status", .status("a", version: 3)),
        ] as [(String, Route)])
    func findsTheResource(path: String, expected: Route) throws {
        #expect(try Route(path: path) == expected)
    }

    @Test(arguments: [
        "/v1", "/v1/model", "/v1/models//predict", "/v1/models/a/b/c", "/v1/models/a/versions", "/v1/models/a:fly",
        "/v1/models/a%2", "/v1/models/a%zz", "/v1/models/%ff", "/v1/models/:predict", "/V1/models", "/livez/",
    ])
    func refusesUnknownPaths(path: String) {
        #expect(throws: APIError.self) { try Route(path: path) }
    }
}
