import Glibc
import JSON
import TestSupport
import Testing

/// A daemon whose data and whose models lie on two small file systems that run full.
///
/// They are mounted in a mount namespace of the daemon's own, which needs root, or a system that lets users have
/// namespaces. Where there is neither, the tests fail: nothing else is like a full disk.
@Suite(.serialized) struct FullDiskTests {
    private let folder = TemporaryDirectory()

    /// Mounts its first two arguments and becomes the rest.
    private static let mounting = """
        PATH=/usr/bin:/bin
        mount -t tmpfs -o size=16m tmpfs "$1" && mount -t tmpfs -o size=1m tmpfs "$2" && shift 2 && exec "$@"
        """

    private func serve(share: Double = 1) throws -> TrainingDaemon {
        let namespace = geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
        return try TrainingDaemon(
            folder, settings: ["APUS_TRAINING_SHARE": "\(share)", "APUS_TRAINING_THREADS": "1"],
            launcher: ["/usr/bin/unshare"] + namespace
                + ["/bin/sh", "-c", Self.mounting, "sh", folder.path + "/data", folder.path + "/models"])
    }

    private static func request(_ members: String) -> String {
        """
        {"dataset": "points", "preset": "mlp", "epochs": 40, "batch_size": 16, "seed": 3, \(members)}
        """
    }

    /// Writes a file into one of the daemon's file systems until no byte more has room.
    private func fill(_ name: String, of daemon: TrainingDaemon) {
        let descriptor = open(path(name, of: daemon), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, &chunk, chunk.count) > 0 {}
        #expect(errno == ENOSPC)
    }

    private func empty(_ name: String, of daemon: TrainingDaemon) { unlink(path(name, of: daemon)) }

    /// The file that takes the room, as this process sees the daemon's file system.
    private func path(_ name: String, of daemon: TrainingDaemon) -> String {
        "/proc/\(daemon.process.pid)/root\(folder.path)/\(name)/filler"
    }

    /// Trains and publishes the version that predictions are asked of.
    private func firstVersion(_ daemon: TrainingDaemon) throws {
        #expect(try daemon.upload().status == 201)
        let id = try daemon.train("points", Self.request(#""publish": "always""#))
        #expect(try daemon.end(id)["version"] == 1)
    }

    private func expectPrediction(_ daemon: TrainingDaemon) throws {
        let answer = try daemon.post("/v1/models/points/predict", #"{"instances": [{"x": 0.9, "y": 0.8}]}"#)
        #expect(answer.status == 200, "\(answer.text)")
    }

    @Test func anUploadIsRefusedUntilThereIsRoom() throws {
        let daemon = try serve()
        try firstVersion(daemon)
        let rows = (0..<4000).map { "\($0),\($0 * 7 % 13),a" }.joined(separator: "\n")
        fill("data", of: daemon)
        let answer = try daemon.upload("more", "x,y,label\n" + rows + "\n")
        #expect(answer.status == 507 && answer.text.contains("disk_full"), "\(answer.text)")
        #expect(answer.text.contains("No space left on device"), "\(answer.text)")
        try expectPrediction(daemon)
        #expect(try daemon.get("/v1/datasets")["datasets"]?.array?.count == 1)
        empty("data", of: daemon)
        #expect(try daemon.upload("more", "x,y,label\n" + rows + "\n").status == 201)
        #expect(daemon.stop() == 0)
    }

    /// A checkpoint every ten steps finds no room, or, without any, the bundle does.
    @Test(arguments: [(10, "the checkpoint cannot be written"), (100_000, "the model cannot be read or written")])
    func aJobPausesUntilThereIsRoom(interval: Int, reason: String) throws {
        let daemon = try serve(share: 0.05)
        let request = Self.request("\"checkpoint\": {\"every_steps\": \(interval)}, \"threads\": 1")
        let expected = try daemon.uninterrupted(request)
        try firstVersion(daemon)
        let id = try daemon.train("points", request)
        _ = try daemon.job(id) { ($0["step"]?.int ?? 0) >= 20 }
        fill("data", of: daemon)
        let paused = try daemon.job(id) { $0["state"] == "paused" || $0["state"] == "succeeded" }
        #expect(paused["state"] == "paused", "\(paused.text)")
        let text = paused["reason"]?.string ?? ""
        #expect(text.hasPrefix(reason) && text.contains("No space left on device"), "\(text)")
        try expectPrediction(daemon)
        empty("data", of: daemon)
        #expect(try daemon.post("/v1/jobs/\(id)/resume", "{}").status == 200)
        let job = try daemon.end(id)
        #expect(job["state"] == "succeeded", "\(job.text)")
        let bundle = "/proc/\(daemon.process.pid)/root\(folder.path)/data/jobs/\(id)/bundle"
        #expect(contents(of: bundle + "/model.safetensors") == expected)
        #expect(daemon.stop() == 0)
    }

    @Test func whatCannotBePublishedIsPublishedLater() throws {
        let daemon = try serve()
        try firstVersion(daemon)
        fill("models", of: daemon)
        let id = try daemon.train("points", Self.request(#""publish": "always""#))
        let job = try daemon.end(id)
        #expect(job["state"] == "failed" && job["error"]?["code"] == "publish_failed", "\(job.text)")
        #expect(job["reason"]?.string?.contains("No space left on device") == true, "\(job.text)")
        try expectPrediction(daemon)
        let root = "/proc/\(daemon.process.pid)/root\(folder.path)"
        #expect(names(in: root + "/models/points").filter { Int($0) != nil } == ["1"])
        empty("models", of: daemon)
        let answer = try daemon.post("/v1/jobs/\(id)/publish", "{}")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try daemon.get("/v1/jobs/\(id)")["version"] == 2)
        #expect(daemon.stop() == 0)
    }
}
