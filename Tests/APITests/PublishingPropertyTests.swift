import Dispatch
import Serving
import Synchronization
import TestSupport
import Testing

/// Versions are published and rolled back while clients predict over HTTP: every request is answered, by the version
/// that its answer names.
@Suite(.serialized) struct PublishingPropertyTests {
    private static let clients = 4
    private static let requests = 150
    private static let versions = 8

    @Test func everyAnswerIsThatOfTheVersionItNames() throws {
        let (models, bundles) = (TemporaryDirectory(), TemporaryDirectory())
        models.write(try TinyModel.bytes(shape: [1], plus: 1), to: "m/1/model.onnx")
        let api = try RunningAPI(models: models.path)
        let changes = DispatchGroup()
        DispatchQueue(label: "publisher").async(group: changes) { @Sendable in
            for number in 2...Self.versions {
                guard let model = try? TinyModel.bytes(shape: [1], plus: Float(number)) else { continue }
                bundles.write(model, to: "\(number)/model.onnx")
                _ = try? api.repository.publish("\(bundles.path)/\(number)", as: "m")
                if number.isMultiple(of: 2) { _ = try? api.client().request("POST", "/v1/models/m/rollback") }
            }
        }
        let seen = Mutex<Set<String>>([])
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: Self.clients) { index in
            guard let client = try? api.client() else { return wrong.withLock { $0 += Self.requests } }
            for request in 0..<Self.requests {
                let value = Float(index * Self.requests + request)
                let path = request.isMultiple(of: 2) ? "/v1/models/m/predict" : "/v1/models/m/labels/stable:predict"
                let response = client.post(path, "{\"instances\": [\(value)]}")
                guard let answer = Predictions(response), let version = Float(answer.modelVersion) else {
                    wrong.withLock { $0 += 1 }
                    continue
                }
                seen.withLock { _ = $0.insert(answer.modelVersion) }
                if answer.rows != [[value + version]] { wrong.withLock { $0 += 1 } }
            }
        }
        changes.wait()
        #expect(wrong.withLock { $0 } == 0)
        #expect(seen.withLock { $0.isSubset(of: Set((1...Self.versions).map(String.init))) })
        #expect(try api.repository.model(named: "m").count == Self.versions)
    }
}
