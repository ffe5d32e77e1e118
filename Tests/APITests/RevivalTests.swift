import Dispatch
import JSON
import Serving
import Synchronization
import TestSupport
import Testing

/// Models that were unloaded for the memory of others answer all the same.
@Suite(.serialized) struct RevivalTests {
    private let models = TemporaryDirectory()

    /// Models "0", "1", …, of which number n adds n, with room for about one of them.
    private func serve(_ count: Int) throws -> RunningAPI {
        for number in 0..<count {
            models.write(try TinyModel.bytes(shape: [1], plus: Float(number)), to: "\(number)/1/model.onnx")
        }
        let bytes = try RunningAPI(models: models.path).repository.memoryBytes / count
        return try RunningAPI(models: models.path, memoryBudget: bytes * 3 / 2)
    }

    @Test func requestsLoadWhatTheyNeed() throws {
        let api = try serve(4)
        let client = try api.client()
        #expect(api.repository.loadedVersions.count < 4)
        for number in [0, 1, 2, 3, 0, 2] {
            let answer = Predictions(client.post("/v1/models/\(number)/predict", "{\"instances\": [10]}"))
            #expect(answer?.rows == [[Float(10 + number)]])
        }
        let body = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[10]}]}"
        #expect(client.post("/v2/models/1/infer", body)?.status == 200)
        #expect(client.post("/v1/models/3/versions/1/predict", "{\"instances\": [10]}")?.status == 200)
        #expect(client.post("/v1/models/0/labels/stable/predict", "{\"instances\": [10]}")?.status == 200)
        #expect(api.repository.loadedVersions.count < 4)
    }

    @Test func whoOnlyLooksIsToldToWait() throws {
        let api = try serve(3)
        let client = try api.client()
        let waiting = try #require(api.repository.index().first { $0.state == .unavailable }?.model)
        let response = try #require(client.get("/v2/models/\(waiting)"))
        #expect(response.status == 503 && response.value(of: "retry-after") == "1")
        #expect(Problem(response)?.code == "model_not_ready")
        // Who looked is taken to be about to use it.
        var status = 503
        for _ in 0..<2000 where status == 503 {
            status = client.get("/v2/models/\(waiting)/ready")?.status ?? 0
        }
        #expect(status == 200)
    }

    @Test func manyAtOnceAreAllAnswered() throws {
        let api = try serve(4)
        let wrong = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            guard let client = try? api.client() else { return }
            for round in 0..<25 {
                let number = (index + round) % 4
                let answer = Predictions(client.post("/v1/models/\(number)/predict", "{\"instances\": [\(round)]}"))
                if answer?.rows != [[Float(round + number)]] { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    @Test func whatCannotBeReadAgainSaysSo() throws {
        let api = try serve(3)
        let client = try api.client()
        let waiting = try #require(api.repository.index().first { $0.state == .unavailable }?.model)
        models.write([1, 2, 3], to: "\(waiting)/1/model.onnx")
        let response = try #require(client.post("/v1/models/\(waiting)/predict", "{\"instances\": [1]}"))
        #expect(response.status == 503)
        #expect(Problem(response)?.detail.contains("could not be loaded") == true)
    }
}
