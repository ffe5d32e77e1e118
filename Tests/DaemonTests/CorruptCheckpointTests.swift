import JSON
import TestSupport
import Testing

/// A daemon that finds damaged checkpoints when it starts again.
struct CorruptCheckpointTests {
    private let folder = TemporaryDirectory()

    private static let request = """
        {"dataset": "points", "preset": "mlp", "epochs": 40, "batch_size": 16, "seed": 3, "threads": 1,
         "checkpoint": {"every_steps": 10}}
        """
    private static let slow = ["APUS_TRAINING_SHARE": "0.03"]

    @Test func takesTheOneBeforeAndSaysSo() throws {
        let daemon = try TrainingDaemon(folder, settings: Self.slow)
        let expected = try daemon.uninterrupted(Self.request)
        #expect(try daemon.upload().status == 201)
        let id = try daemon.train("points", Self.request)
        var goingOn: [String] = []
        let damages = [flipABit, truncate, removeManifest]
        for (index, damage) in damages.enumerated() {
            _ = try daemon.job(id) { ($0["step"]?.int ?? 0) >= (index + 1) * 50 || $0["state"] == "succeeded" }
            daemon.kill()
            let steps = checkpoints(id)
            try #require(steps.count >= 2)
            damage("data/jobs/\(id)/checkpoint-\(steps[steps.count - 1])")
            goingOn.append("going on after step \(steps[steps.count - 2])")
            try daemon.restart(index == damages.count - 1 ? ["APUS_TRAINING_SHARE": "1"] : [:])
        }
        #expect(try daemon.end(id)["state"] == "succeeded")
        #expect(contents(of: folder.path + "/data/jobs/\(id)/bundle/model.safetensors") == expected)
        let logs = try daemon.get("/v1/jobs/\(id)/logs").text
        for line in goingOn { #expect(logs.contains(line), "\(line): \(logs)") }
        for reason in ["tensors.safetensors", "state.json", "MANIFEST.sha256"] {
            #expect(logs.contains(reason), "\(reason): \(logs)")
        }
        #expect(logs.split(separator: "an older one is taken").count == 4, "\(logs)")
        #expect(daemon.stop() == 0)
    }

    private func checkpoints(_ id: String) -> [Int] {
        names(in: folder.path + "/data/jobs/\(id)").compactMap { name in
            name.hasPrefix("checkpoint-") ? Int(name.dropFirst("checkpoint-".count)) : nil
        }.sorted()
    }

    private func flipABit(_ checkpoint: String) {
        var bytes = contents(of: "\(folder.path)/\(checkpoint)/tensors.safetensors")
        bytes[bytes.count / 2] ^= 1
        folder.write(bytes, to: checkpoint + "/tensors.safetensors")
    }

    private func truncate(_ checkpoint: String) {
        let bytes = contents(of: "\(folder.path)/\(checkpoint)/state.json")
        folder.write(Array(bytes.dropLast(bytes.count / 3)), to: checkpoint + "/state.json")
    }

    private func removeManifest(_ checkpoint: String) { folder.remove(checkpoint + "/MANIFEST.sha256") }
}
