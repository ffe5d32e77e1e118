import JSON
import Jobs
import TestSupport
import Testing

struct JobStoreTests {
    @Test func sameKeyIsTheSameJob() throws {
        let jobs = try RunningJobs("", starts: false)
        let first = try jobs.supervisor.submit(model: "m", request: ["epochs": 1], key: "k")
        let second = try jobs.supervisor.submit(model: "m", request: ["epochs": 1], key: "k")
        #expect(first.isNew && !second.isNew && first.job == second.job)
        let error = JobError.idempotencyKey("k", job: first.job.id)
        #expect(throws: error) { try jobs.supervisor.submit(model: "m", request: ["epochs": 2], key: "k") }
        #expect(throws: error) { try jobs.supervisor.submit(model: "other", request: ["epochs": 1], key: "k") }
        #expect(try jobs.supervisor.submit(model: "m", request: ["epochs": 1]).isNew)
        #expect(try jobs.store.count(.queued) == 2)
    }

    @Test func listsTheNewestFirst() throws {
        let jobs = try RunningJobs("", starts: false)
        let ids = try ["a", "b", "a"].map { try jobs.submit($0).id }
        #expect(try jobs.store.jobs().map(\.id) == ids.reversed())
        #expect(try jobs.store.jobs(model: "a").map(\.id) == [ids[2], ids[0]])
        #expect(try jobs.store.jobs(limit: 1).map(\.id) == [ids[2]])
        #expect(try jobs.store.jobs(states: [.running]).isEmpty)
    }

    @Test func eventsGoOnAfterANumber() throws {
        let jobs = try RunningJobs("", starts: false)
        let id = try jobs.submit().id
        try jobs.supervisor.pause(id)
        try jobs.supervisor.resume(id)
        let events = try jobs.store.events(of: id)
        #expect(events.map { $0.data["state"]?.string } == ["queued", "paused", "queued"])
        #expect(try jobs.store.events(of: id, after: events[0].id) == Array(events.dropFirst()))
        #expect(try jobs.store.events(of: id, limit: 2) == Array(events.prefix(2)))
    }

    @Test func aSecondProcessIsRefused() throws {
        let folder = TemporaryDirectory()
        let first = try DataDirectory(path: folder.path)
        do throws(JobError) {
            _ = try DataDirectory(path: folder.path)
            Issue.record("two have the directory")
        } catch {
            guard case .locked(let path, let holder) = error else { throw error }
            #expect(path == first.path && holder.hasPrefix("process "))
        }
    }

    @Test func theLockGoesWithItsHolder() throws {
        let folder = TemporaryDirectory()
        do { _ = try DataDirectory(path: folder.path) }
        _ = try DataDirectory(path: folder.path)
    }

    @Test func whatIsNoDatabaseIsRefused() throws {
        let folder = TemporaryDirectory()
        let path = folder.write(String(repeating: "no database", count: 1000), to: "apus.sqlite")
        #expect(throws: JobError.self) { try JobStore(path: path) }
    }

    @Test func aNewerDatabaseIsRefused() throws {
        let folder = TemporaryDirectory()
        let path = folder.path + "/apus.sqlite"
        do { _ = try JobStore(path: path) }
        var bytes = contents(of: path)
        // The user version is the big-endian integer at offset 60 (https://sqlite.org/fileformat2.html §1.3).
        bytes[63] = 99
        folder.write(bytes, to: "apus.sqlite")
        do throws(JobError) {
            _ = try JobStore(path: path)
            Issue.record("a newer database is taken")
        } catch {
            guard case .database(_, let reason) = error else { throw error }
            #expect(reason.contains("99"))
        }
    }

    @Test func aMissingDirectoryThatCannotBeMadeIsRefused() {
        #expect(throws: JobError.directory("/proc/apus", reason: "No such file or directory")) {
            try DataDirectory(path: "/proc/apus")
        }
    }
}
