import JSON
import Serving
import TestSupport
import Testing

/// What serves is changed over HTTP while the daemon runs.
@Suite(.serialized) struct LabelsTests {
    private let models = TemporaryDirectory()
    private let bundles = TemporaryDirectory()

    /// Model "m" with so many published versions, of which number n adds n.
    private func serve(versions: Int) throws -> (api: RunningAPI, client: Client) {
        let api = try RunningAPI(models: models.path)
        for number in 1...versions {
            bundles.write(try TinyModel.bytes(shape: [1], plus: Float(number)), to: "\(number)/model.onnx")
            bundles.write("{\"trained_on\": \"digits\", \"seed\": \(number)}", to: "\(number)/card.json")
            #expect(try api.repository.publish("\(bundles.path)/\(number)", as: "m") == number)
        }
        return (api, try api.client())
    }

    /// The version that answers at `path`, seen from what it adds.
    private func answering(_ client: Client, _ path: String) -> Int? {
        let answer = Predictions(client.post(path, "{\"instances\": [0]}"))
        return answer?.rows.first?.first.map { Int($0) } == answer.flatMap { Int($0.modelVersion) }
            ? answer?.rows.first?.first.map { Int($0) } : nil
    }

    private func json(_ response: Response?) throws -> JSONValue {
        let response = try #require(response)
        #expect(response.status == 200, "\(response.text)")
        return try JSONValue(parsing: response.body)
    }

    @Test(arguments: ["/v1/models/m/rollback", "/v1/models/m:rollback"])
    func rollbackServesThePreviousVersion(path: String) throws {
        let (api, client) = try serve(versions: 3)
        #expect(answering(client, "/v1/models/m/predict") == 3)
        let answer = try json(client.request("POST", path))
        #expect(answer["name"] == "m" && answer["version"] == "2" && answer["labels"]?["stable"] == "2")
        #expect(answering(client, "/v1/models/m:predict") == 2)
        #expect(answering(client, "/v1/models/m/versions/3:predict") == 3)
        #expect(client.request("POST", path)?.status == 200)
        let refusal = try #require(client.request("POST", path))
        #expect(refusal.status == 409)
        #expect(Problem(refusal)?.code == "no_earlier_version")
        #expect(
            Problem(refusal)?.detail == "model \"m\" cannot be rolled back: no version served before version 1")
        #expect(client.get(path)?.status == 405)
        #expect(client.request("POST", "/v1/models/x/rollback")?.status == 404)
        withExtendedLifetime(api) {}
    }

    @Test func labelsAreSetAskedAndRemoved() throws {
        let (api, client) = try serve(versions: 3)
        let canary = "/v1/models/m/labels/canary"
        #expect(client.get(canary)?.status == 404)
        let set = try json(client.request("PUT", canary, "{\"version\": 1}"))
        #expect(set["label"] == "canary" && set["version"] == "1")
        #expect(set["model_version_status"]?.array?.first?["state"] == "AVAILABLE")
        #expect(set["history"]?.array?.first?["cause"] == "set")
        #expect(answering(client, canary + ":predict") == 1)
        #expect(answering(client, canary + "/predict") == 1)
        #expect(answering(client, "/v1/models/m/labels/stable/predict") == 3)
        #expect(try json(client.request("PUT", canary, "{\"version\": \"2\"}"))["version"] == "2")
        #expect(try json(client.get("/v1/models/m/labels"))["labels"] == ["canary": "2", "stable": "3"])
        #expect(client.request("DELETE", canary)?.status == 204)
        let gone = try #require(client.post(canary + ":predict", "{\"instances\": [0]}"))
        #expect(gone.status == 404)
        #expect(Problem(gone)?.detail == "model \"m\" has no label \"canary\"; its labels are stable")
        #expect(client.request("DELETE", canary)?.status == 404)
        #expect(client.request("DELETE", "/v1/models/m/labels/stable")?.status == 409)
        withExtendedLifetime(api) {}
    }

    @Test func settingStableGoesForwardAgain() throws {
        let (api, client) = try serve(versions: 2)
        _ = client.request("POST", "/v1/models/m/rollback")
        #expect(try json(client.request("PUT", "/v1/models/m/labels/stable", "{\"version\": 2}"))["version"] == "2")
        #expect(answering(client, "/v1/models/m/predict") == 2)
        withExtendedLifetime(api) {}
    }

    @Test(arguments: [
        ("", 400, "expected {\"version\": 3}, got no JSON"),
        ("{}", 400, "version: expected a value, got none"),
        ("{\"version\": 0}", 400, "version: expected a number from 1 on, got 0"),
        ("{\"version\": \"x\"}", 400, "version: expected a number from 1 on, got \"x\""),
        ("{\"version\": 1, \"x\": 2}", 400, "x: expected one of the members version, got an unknown one"),
        ("{\"version\": 9}", 422, "model \"m\" has no version 9"),
    ])
    func aLabelThatCannotBeSetSaysWhy(body: String, status: Int, reason: String) throws {
        let (api, client) = try serve(versions: 1)
        let response = try #require(client.request("PUT", "/v1/models/m/labels/canary", body))
        #expect(response.status == status)
        #expect(Problem(response)?.detail.hasPrefix(reason) == true, "\(response.text)")
        #expect(client.request("PUT", "/v1/models/m/labels/a%20b", "{\"version\": 1}")?.status == 400)
        withExtendedLifetime(api) {}
    }

    @Test func theStatusShowsLabelsAndTheDefault() throws {
        let (api, client) = try serve(versions: 3)
        _ = client.request("PUT", "/v1/models/m/labels/old", "{\"version\": 2}")
        _ = client.request("POST", "/v1/models/m/rollback")
        let status = try json(client.get("/v1/models/m/status"))
        #expect(status["default_version"] == "2")
        #expect(status["labels"] == ["old": "2", "stable": "2"])
        #expect(
            status["label_history"]?.array?.compactMap { $0["cause"]?.string }
                == ["published", "published", "published", "set", "rolled_back"])
        let versions = try #require(status["versions"]?.array)
        #expect(versions.map { $0["version"]?.string } == ["1", "2", "3"])
        #expect(versions.map { $0["serving"]?.bool } == [false, true, false])
        #expect(versions.map { $0["labels"] } == [[], ["old", "stable"], []])
        withExtendedLifetime(api) {}
    }

    @Test func modelsAreLoadedAndUnloaded() throws {
        let (api, client) = try serve(versions: 3)
        #expect(answering(client, "/v1/models/m/versions/1:predict") == nil)
        let loaded = try json(client.request("POST", "/v1/models/m/versions/1/load"))
        #expect(loaded["versions"]?.array?.first?["state"] == "ready")
        #expect(answering(client, "/v1/models/m/versions/1:predict") == 1)
        _ = try json(client.request("POST", "/v1/models/m/versions/1/unload"))
        #expect(answering(client, "/v1/models/m/versions/1:predict") == nil)
        #expect(client.request("POST", "/v1/models/m/versions/3/unload")?.status == 409)
        #expect(client.request("POST", "/v1/models/m/versions/9/load")?.status == 404)

        // A model that was copied there while the daemon ran.
        #expect(client.request("POST", "/v1/models/late/load")?.status == 404)
        models.write(try TinyModel.bytes(shape: [1], plus: 1), to: "late/1/model.onnx")
        #expect(try json(client.request("POST", "/v1/models/late/load"))["ready"] == true)
        #expect(answering(client, "/v1/models/late/predict") == 1)
        #expect(try json(client.request("POST", "/v1/models/late/unload"))["ready"] == false)
        #expect(client.post("/v1/models/late/predict", "{\"instances\": [0]}")?.status == 503)
        models.write("broken", to: "late/2/model.onnx")
        models.write("broken", to: "late/1/model.onnx")
        let refusal = try #require(client.request("POST", "/v1/models/late/load"))
        #expect(refusal.status == 503)
        #expect(Problem(refusal)?.detail.hasPrefix("model \"late\" could not be loaded: ") == true)
        #expect(client.request("POST", "/v1/models/%2E%2E%2Fm/load")?.status == 404)
        withExtendedLifetime(api) {}
    }

    @Test func metadataIsWhatTensorFlowServingsClientsExpect() throws {
        let (api, client) = try serve(versions: 2)
        let metadata = try json(client.get("/v1/models/m/metadata"))
        #expect(metadata["model_spec"] == ["name": "m", "signature_name": "", "version": "2"])
        let signature = metadata["metadata"]?["signature_def"]?["signature_def"]?["serving_default"]
        #expect(
            signature?["inputs"]?["x"] == [
                "dtype": "DT_FLOAT",
                "tensor_shape": [
                    "dim": [["size": "-1", "name": ""], ["size": "1", "name": ""]], "unknown_rank": false,
                ],
                "name": "x",
            ])
        #expect(try json(client.get("/v1/models/m/versions/1/metadata"))["model_spec"]?["version"] == "1")
        #expect(try json(client.get("/v1/models/m/labels/stable/metadata"))["model_spec"]?["version"] == "2")
        #expect(client.get("/v1/models/m/labels/none/metadata")?.status == 404)
        #expect(client.get("/v1/models/m/versions/7/metadata")?.status == 404)
        withExtendedLifetime(api) {}
    }

    @Test func cardsAreShown() throws {
        let (api, client) = try serve(versions: 3)
        #expect(try json(client.get("/v1/models/m/versions/1/card")) == ["trained_on": "digits", "seed": 1])
        #expect(try json(client.get("/v1/models/m/card"))["seed"] == 3)
        #expect(client.get("/v1/models/m/versions/9/card")?.status == 404)
        #expect(client.get("/v1/models/x/card")?.status == 404)
        models.write(try TinyModel.bytes(shape: [1], plus: 1), to: "bare/1/model.onnx")
        try api.repository.rescan("bare")
        let none = try #require(client.get("/v1/models/bare/versions/1/card"))
        #expect(none.status == 404 && Problem(none)?.code == "card_not_found")
        #expect(try api.repository.publishedVersion(of: "m") { $0["seed"] == 2 } == 2)
        #expect(try api.repository.publishedVersion(of: "m") { $0["seed"] == 7 } == nil)
        #expect(try api.repository.publishedVersion(of: "new") { _ in true } == nil)
        let place = try api.repository.location(of: "m", nil)
        #expect(place.directory.hasSuffix("/m/3") && place.number == 3)
    }
}
