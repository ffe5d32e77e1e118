import API
import JSON
import TestSupport
import Testing

struct ModelsTests {
    @Test func batchingIsExplained() throws {
        let api = try RunningAPI()
        let client = try api.client()
        let path = "/v1/models/digits-lstm/"
        for _ in 0..<3 { #expect(client.post(path + "predict", "{\"instances\": [[0, 1, 2]]}")?.status == 200) }
        let batching = try JSONValue(parsing: try #require(client.get(path + "batching")).body)
        #expect(batching["settings"]?["instances"] == 2 && batching["now"]?["queued_rows"] == 0)
        #expect(batching["queue"]?["count"] == 3 && batching["compute"]?["p99_us"]?.double != nil)
        let runs = (batching["batches"]?.array ?? []).reduce(0) { $0 + ($1["runs"]?.int ?? 0) }
        #expect(runs == 3)
        #expect(batching["costs"]?.array?.contains { $0["sizes"]?.members?.first?.value == 3 } == true)
        #expect(batching["explanation"]?.string?.isEmpty == false)
        #expect(client.get("/v1/models/nobody/batching")?.status == 404)
        withExtendedLifetime(api) {}
    }

    @Test func aBrokenModelIsNamedWithItsReasonAndDisturbsNoOther() throws {
        let directory = TemporaryDirectory()
        for file in ["apus.toml", "1/model.onnx", "1/golden.safetensors"] {
            directory.write(contents(of: Repository.models + "/digits-lstm/" + file), to: "digits-lstm/" + file)
        }
        let model = contents(of: Repository.models + "/digits-lstm/1/model.onnx")
        directory.write(Array(model.prefix(model.count / 2)), to: "truncated/1/model.onnx")
        // Half of the weights are another number: the model loads, but its answers are wrong.
        var lying = model
        for index in stride(from: 3000, to: 20_000, by: 40) { lying[index] ^= 0x41 }
        directory.write(lying, to: "lying/1/model.onnx")
        directory.write(
            contents(of: Repository.models + "/digits-lstm/1/golden.safetensors"), to: "lying/1/golden.safetensors")
        let api = try RunningAPI(models: directory.path)
        let client = try api.client()

        let index = try #require(client.get("/v1/models")).text
        #expect(index.hasPrefix("{\"models\":[\"digits-lstm\"]"))
        for name in ["truncated", "lying"] {
            let status = try #require(client.get("/v1/models/\(name)/status"))
            #expect(status.status == 200)
            #expect(status.text.contains("\"state\":\"failed\""))
            #expect(!status.text.contains("\"reason\":\"\""))
            let answer = try #require(client.post("/v1/models/\(name)/predict", "{\"instances\": [[0]]}"))
            #expect(answer.status == 503)
        }
        #expect(index.contains("golden.safetensors") || index.contains("model.onnx"))
        #expect(client.get("/readyz")?.status == 200)
        let zeros = "{\"instances\": [[" + [String](repeating: "0", count: 28).joined(separator: ",") + "]]}"
        #expect(client.post("/v1/models/digits-lstm/predict", zeros)?.status == 200)
    }

    @Test func statusShowsWhatAModelTakesAndGives() throws {
        let api = try RunningAPI()
        let client = try api.client()
        let model = try #require(client.get("/v1/models/digits-cnn"))
        #expect(
            model.text
                == """
                {"name":"digits-cnn","ready":true,"model_version_status":[{"version":"1","state":"AVAILABLE",\
                "status":{"error_code":"OK","error_message":""}}]}
                """)
        let status = try #require(client.get("/v1/models/digits-cnn/status")).text
        #expect(status.contains("\"shape\":[-1,28,28,1]"))
        #expect(status.contains("\"class_names\":[\"0\",\"1\","))
        #expect(client.get("/v1/models/digits-cnn/versions/1/status")?.status == 200)
        #expect(client.get("/v1/models/digits-cnn/versions/2/status")?.status == 404)
    }

    @Test func readinessFollowsTheDaemonsPhases() throws {
        let api = try RunningAPI()
        let client = try api.client()
        #expect(client.get("/readyz")?.status == 200)
        #expect(client.get("/livez")?.status == 200)
        api.readiness.setDraining()
        #expect(client.get("/readyz")?.status == 503)
        #expect(client.get("/livez")?.status == 200)
    }
}
