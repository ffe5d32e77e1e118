import HTTP
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
            ("/v1/models/a/card", .card("a", version: nil)),
            ("/v1/models/a/versions/3/card", .card("a", version: 3)),
            ("/v1/models/a/metadata", .metadata("a", version: nil)),
            ("/v1/models/a/versions/3/metadata", .metadata("a", version: 3)),
            ("/v1/models/a/load", .load("a", version: nil)),
            ("/v1/models/a/versions/3:load", .load("a", version: 3)),
            ("/v1/models/a:unload", .unload("a", version: nil)),
            ("/v1/models/a/labels", .labels("a")),
            ("/v1/models/a/labels/stable", .label("a", label: "stable")),
            ("/v1/models/labels/labels/labels", .label("labels", label: "labels")),
            ("/v1/models/a/labels/b%2Dc:predict", .predictLabel("a", label: "b-c")),
            ("/v1/models/a/labels/b/predict", .predictLabel("a", label: "b")),
            ("/v1/models/a/labels/b/metadata", .metadataLabel("a", label: "b")),
            ("/v1/models/a:rollback", .rollback("a")),
            ("/v1/models/a/rollback", .rollback("a")),
            ("/v1/models/a/batching", .batching("a", version: nil)), ("/startupz", .startup), ("/metrics", .metrics),
            ("/monitoring/prometheus/metrics", .metrics),
            ("/v1/models/a/versions", .versions("a")), ("/v1/models/a/reload", .reload("a", version: nil)),
            ("/v1/models/a/versions/2:reload", .reload("a", version: 2)),
            ("/v1/models/a:classify", .examples(.classify, "a", .serving)),
            ("/v1/models/a/versions/2:regress", .examples(.regress, "a", .number(2))),
            ("/v1/models/a/labels/b:classify", .examples(.classify, "a", .label("b"))),
            ("/v2", .openInference(.server)), ("/v2/", .openInference(.server)),
            ("/v2/health/live", .openInference(.live)), ("/v2/health/ready", .openInference(.ready)),
            ("/v2/models", .openInference(.models)),
            ("/v2/models/stats", .openInference(.statistics(nil, version: nil))),
            ("/v2/models/stats/ready", .openInference(.modelReady("stats", version: nil))),
            ("/v2/models/a%2Db", .openInference(.model("a-b", version: nil))),
            ("/v2/models/a/versions/3", .openInference(.model("a", version: 3))),
            ("/v2/models/a/versions/3/infer", .openInference(.infer("a", version: 3))),
            ("/v2/models/a/config", .openInference(.config("a", version: nil))),
            ("/v2/models/a/versions/1/stats", .openInference(.statistics("a", version: 1))),
            ("/v2/repository/index", .openInference(.index)),
            ("/v2/repository/models/a/load", .openInference(.load("a"))),
            ("/v2/repository/models/a/unload", .openInference(.unload("a"))),
        ] as [(String, Route)])
    func findsTheResource(path: String, expected: Route) throws {
        #expect(try Route(path: path) == expected)
    }

    @Test(arguments: [
        (Route.predict("a", version: nil), "POST, OPTIONS"), (.rollback("a"), "POST, OPTIONS"),
        (.label("a", label: "b"), "GET, HEAD, PUT, DELETE, OPTIONS"), (.labels("a"), "GET, HEAD, OPTIONS"),
        (.card("a", version: 1), "GET, HEAD, OPTIONS"), (.load("a", version: 1), "POST, OPTIONS"),
        (.unload("a", version: nil), "POST, OPTIONS"), (.examples(.classify, "a", .serving), "POST, OPTIONS"),
        (.openInference(.infer("a", version: 1)), "POST, OPTIONS"), (.openInference(.server), "GET, HEAD, OPTIONS"),
        (.metadata("a", version: nil), "GET, HEAD, OPTIONS"),
    ])
    func takesWhatItAllows(route: Route, allowed: String) {
        #expect(route.allowedMethods == allowed)
        for method in HTTPMethod.allCases where method != .other && method != .options {
            #expect(route.takes(method) == allowed.split(separator: ", ").contains { $0 == method.name })
        }
    }

    @Test(arguments: [
        "/v1", "/v1/model", "/v1/models//predict", "/v1/models/a/b/c", "/v1/models/a/versionsx",
        "/v1/models/a/versions/", "/v1/models/a:fly",
        "/v1/models/a%2", "/v1/models/a%zz", "/v1/models/%ff", "/v1/models/:predict", "/V1/models", "/livez/",
        "/v1/models/a/labelsx", "/v1/models/a/labels/", "/v1/models/a/labels/b/status", "/v1/models/a/labels/b:fly",
        "/v2x", "/v2/health", "/v2/health/live/", "/v2/models/a/fly", "/v2/models/a/versions/x/infer",
        "/v2/models/a:infer",
        "/v2/repository", "/v2/repository/models/a", "/v2/repository/models/a/load/again", "/v2/models/a/infer/",
        "/v1/models/a/versions/3/rollback", "/v1/models/a/versions/3:rollback", "/v1/models/a/rollbacks",
    ])
    func refusesUnknownPaths(path: String) {
        #expect(throws: APIError.self) { try Route(path: path) }
    }

    @Test(
        arguments: [
            ("/v1/datasets", .datasets), ("/v1/datasets/", .datasets), ("/v1/datasets/a%2Db", .dataset("a-b")),
            ("/v1/jobs", .jobs), ("/v1/jobs/", .jobs), ("/v1/jobs/j", .job("j")),
            ("/v1/jobs/j/events", .jobHistory("j", .events)), ("/v1/jobs/j/metrics", .jobHistory("j", .metrics)),
            ("/v1/jobs/j/logs", .jobHistory("j", .logs)), ("/v1/jobs/j:checkpoints", .jobHistory("j", .checkpoints)),
            ("/v1/jobs/j/cancel", .jobAction("j", .cancel)), ("/v1/jobs/j:pause", .jobAction("j", .pause)),
            ("/v1/models/m/train", .train("m")), ("/v1/models/m:train", .train("m")),
            ("/v1/models/m/evaluate", .evaluate("m", version: nil)),
            ("/v1/models/m/versions/2/evaluate", .evaluate("m", version: 2)),
            ("/v1/models/m/versions/2:preprocess", .preprocess("m", version: 2)),
        ] as [(String, ControlRoute)])
    func findsTheResourcesOfTraining(path: String, expected: ControlRoute) throws {
        #expect(try Route(path: path) == .control(expected))
    }

    @Test(arguments: [
        "/v1/jobs/j/fly", "/v1/jobs/j/cancel/again", "/v1/jobsj", "/v1/datasets/a/b", "/v1/datasetsa",
        "/v1/jobs//events",
        "/v1/models/m/versions/2/train", "/v1/models/m/train/again", "/v1/jobs/%ff",
    ])
    func refusesUnknownPathsOfTraining(path: String) {
        #expect(throws: APIError.self) { try Route(path: path) }
    }
}
