import Glibc
import JSON
import TestSupport
import Testing

@testable import ModelFormats

/// `kill -9` of the daemon and of its workers, by turns, at moments of a seeded random sequence, while jobs train and
/// publish.
///
/// APUS_CRASH_KILLS is how often, APUS_CRASH_SEED begins another sequence; `scripts/crash-test` sets them.
@Suite(.serialized) struct CrashTests {
    private static let kills = number("APUS_CRASH_KILLS") ?? 25
    private static let seed = number("APUS_CRASH_SEED") ?? 1
    /// Seeds of the requests: jobs with the same one must make the same model.
    private static let seeds = 3

    private static func number(_ variable: String) -> Int? { getenv(variable).flatMap { Int(String(cString: $0)) } }

    private let folder = TemporaryDirectory()

    private static func request(seed: Int) -> String {
        """
        {"dataset": "points", "preset": "mlp", "epochs": 60, "batch_size": 16, "seed": \(seed), "threads": 1,
         "checkpoint": {"every_steps": 10}, "publish": "always"}
        """
    }

    /// What is known of a job that was asked for.
    private struct Asked {
        let key: String
        let seed: Int
        var id: String
        /// The version it had when it was last looked at.
        var version: Int?
        var isDone = false
    }

    /// How often what was killed.
    private struct Count {
        var daemons = 0
        var workers = 0
        var idle = 0
        var duringSubmission = 0
        var afterBundle = 0
    }

    @Test func noKillLosesAnything() throws {
        let daemon = try TrainingDaemon(folder)
        #expect(try daemon.upload().status == 201)
        let expected = try (0..<Self.seeds).map { try daemon.uninterrupted(Self.request(seed: $0)) }
        var random = SeededSource(state: UInt64(Self.seed))
        var asked: [Asked] = []
        var count = Count()
        for kill in 0..<Self.kills {
            while asked.count(where: { !$0.isDone }) < 2 { asked.append(try ask(daemon, asked.count)) }
            if kill % 2 == 0 {
                try killDaemon(daemon, &asked, &count, &random)
            } else {
                try killWorker(daemon, asked, &count, &random)
            }
            try check(daemon, &asked)
        }
        for index in asked.indices {
            let job = try daemon.end(asked[index].id)
            #expect(job["state"] == "succeeded", "\(job.text) \(daemon.process.log)")
        }
        try check(daemon, &asked)
        #expect(asked.allSatisfy { $0.isDone })
        for job in asked {
            let version = try #require(job.version)
            let bytes = contents(of: folder.path + "/models/points/\(version)/model.safetensors")
            #expect(bytes == expected[job.seed], "\(job.id): version \(version) is not what an uninterrupted run makes")
        }
        let leftovers = asked.flatMap { job in
            names(in: folder.path + "/data/jobs/\(job.id)").filter { $0.contains("checkpoint") || $0.hasPrefix(".") }
        }
        #expect(leftovers == [])
        #expect(daemon.stop() == 0)
        print(
            "\(Self.kills) kills, seed \(Self.seed): \(count.daemons) of the daemon (\(count.duringSubmission) while it "
                + "took a job), \(count.workers) of a worker, \(count.afterBundle) of all beside a new bundle, "
                + "\(count.idle) found no worker; \(asked.count) jobs, as many versions")
    }

    private func ask(_ daemon: TrainingDaemon, _ number: Int) throws -> Asked {
        let (key, seed) = ("key-\(number)", number % Self.seeds)
        return Asked(key: key, seed: seed, id: try daemon.train("points", Self.request(seed: seed), key: key))
    }

    // MARK: Killing

    /// Waits for a moment: any, or one just after a worker has made its bundle.
    private func wait(_ asked: [Asked], _ count: inout Count, _ random: inout SeededSource) {
        guard Int.random(in: 0..<4, using: &random) == 0 else {
            usleep(UInt32.random(in: 0..<400_000, using: &random))
            return
        }
        let delay = UInt32.random(in: 0..<20_000, using: &random)
        let bundles = asked.filter { !$0.isDone }.map { folder.path + "/data/jobs/\($0.id)/bundle" }
        for _ in 0..<3000 {
            if bundles.contains(where: { access($0, F_OK) == 0 }) {
                count.afterBundle += 1
                break
            }
            usleep(1000)
        }
        usleep(delay)
    }

    private func killDaemon(
        _ daemon: TrainingDaemon, _ asked: inout [Asked], _ count: inout Count, _ random: inout SeededSource
    ) throws {
        count.daemons += 1
        wait(asked, &count, &random)
        let workers = daemon.process.children
        let isSubmission = Int.random(in: 0..<3, using: &random) == 0
        let number = asked.count
        if isSubmission {
            // The answer never comes, and nobody can tell whether there is a job.
            count.duringSubmission += 1
            Client(port: daemon.port)?.sendPost(
                "/v1/models/points/train", Self.request(seed: number % Self.seeds),
                fields: "Content-Type: application/json\r\nIdempotency-Key: key-\(number)\r\n")
            usleep(UInt32.random(in: 0..<30_000, using: &random))
        }
        daemon.kill()
        for worker in workers { #expect(hasGone(worker), "a worker lives on without its daemon") }
        checkVersionsAreWhole()
        try daemon.restart()
        if isSubmission { asked.append(try ask(daemon, number)) }
    }

    private func killWorker(
        _ daemon: TrainingDaemon, _ asked: [Asked], _ count: inout Count, _ random: inout SeededSource
    ) throws {
        wait(asked, &count, &random)
        var workers = daemon.process.children
        for _ in 0..<200 where workers.isEmpty {
            usleep(2000)
            workers = daemon.process.children
        }
        if workers.isEmpty { count.idle += 1 } else { count.workers += 1 }
        for worker in workers { kill(worker, SIGKILL) }
    }

    private func hasGone(_ process: pid_t) -> Bool {
        for _ in 0..<2000 {
            let fields = text(of: "/proc/\(process)/stat").split(separator: " ")
            if fields.count < 3 || fields[2] == "Z" { return true }
            usleep(5000)
        }
        return false
    }

    // MARK: Looking

    /// Every version on disk has all its files as its manifest says, at any moment.
    private func checkVersionsAreWhole() {
        let directory = folder.path + "/models/points"
        for name in names(in: directory) where Int(name) != nil {
            #expect(throws: Never.self, "version \(name)") {
                _ = try SealedDirectory.read(["model.safetensors", "card.json"], from: "\(directory)/\(name)")
            }
        }
    }

    /// No job is lost or there twice, each is in a state that follows from the last one, and each key means its job.
    private func check(_ daemon: TrainingDaemon, _ asked: inout [Asked]) throws {
        let listed = try daemon.get("/v1/jobs?limit=1000")["jobs"]?.array ?? []
        #expect(Set(listed.compactMap { $0["id"]?.string }) == Set(asked.map(\.id)) && listed.count == asked.count)
        for index in asked.indices {
            let job = try daemon.get("/v1/jobs/\(asked[index].id)")
            let state = job["state"]?.string ?? ""
            #expect(
                ["queued", "validating", "running", "evaluating", "succeeded"].contains(state),
                "\(job.text) \(daemon.process.log)")
            if asked[index].isDone {
                #expect(state == "succeeded" && job["version"]?.int == asked[index].version, "\(job.text)")
            } else if state == "succeeded" {
                asked[index].isDone = true
                asked[index].version = job["version"]?.int
                #expect(asked[index].version != nil, "\(job.text)")
            }
        }
        let versions = asked.compactMap(\.version)
        #expect(Set(versions).count == versions.count, "two jobs say that they made the same version")
        if let job = asked.dropFirst(versions.count / 2).first {
            #expect(try daemon.train("points", Self.request(seed: job.seed), key: job.key) == job.id)
        }
        if let newest = versions.max() {
            let status = try daemon.post("/v1/models/points/predict", #"{"instances": [{"x": 0.9, "y": 0.8}]}"#)
            #expect(status.status == 200 && newest > 0, "\(status.text)")
        }
    }
}
