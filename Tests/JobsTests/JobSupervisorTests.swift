import JSON
import Jobs
import TestSupport
import Testing

/// Says everything a worker can say, and succeeds.
private let successful = """
    echo '{"type":"state","state":"validating","phase":"reading"}'
    echo 'no JSON, which is passed over'
    echo '{"type":"state","state":"running","phase":"training"}'
    echo '{"type":"progress","epoch":1,"epochs":3,"step":10,"steps_per_epoch":30,"samples_per_second":5e3,"eta_seconds":2.5,"train_loss":0.5}'
    echo '{"type":"progress","epoch":1,"epochs":3,"step":20,"steps_per_epoch":30,"samples_per_second":5e3}'
    echo '{"type":"log","level":"info","message":"hello"}'
    echo '{"type":"metrics","epoch":1,"step":30,"metrics":{"train_loss":0.4,"validation_accuracy":0.9}}'
    echo '{"type":"checkpoint","epoch":1,"step":30,"metrics":{}}'
    echo '{"type":"metrics","epoch":1,"step":30,"metrics":{"train_loss":0.3}}'
    echo '{"type":"state","state":"evaluating","phase":"testing"}'
    mkdir -p "$1/bundle"
    echo '{"type":"result","bundle":"bundle","publish":true,"reason":"","metrics":{"test_accuracy":0.97}}'
    """

struct JobSupervisorTests {
    @Test func runsAJobToItsVersion() throws {
        let jobs = try RunningJobs(successful)
        let id = try jobs.submit("digits", ["epochs": 3, "dataset": "digits"]).id
        let job = try jobs.end(of: id)
        #expect(job.state == .succeeded && job.version == 1 && job.failure == nil && job.reason == "")
        #expect(job.progress?.step == 20 && job.progress?.etaSeconds == nil)
        let metrics: JSONValue = ["train_loss": 0.3, "validation_accuracy": 0.9, "test_accuracy": 0.97]
        #expect(JSONValue.object(job.metrics) == metrics)
        #expect(job.created <= job.started ?? 0 && job.started ?? 0 <= job.finished ?? 0)
        let states = try jobs.store.events(of: id, kinds: [.state]).map { $0.data["state"]?.string }
        #expect(states.first == "queued" && states.last == "succeeded")
        #expect(try jobs.store.events(of: id, kinds: [.progress]).count == 1)
        #expect(try jobs.store.events(of: id, kinds: [.log]).map { $0.data["message"] } == ["hello"])
        #expect(try jobs.store.events(of: id, kinds: [.checkpoint]).count == 1)
        #expect(try jobs.store.metrics(of: id).map { $0.data["metrics"] } == [["train_loss": 0.3]])
        #expect(text(of: jobs.directory.job(id) + "/request.json") == #"{"epochs":3,"dataset":"digits"}"#)
    }

    @Test func runsOneJobAfterAnother() throws {
        let jobs = try RunningJobs(successful)
        let ids = try (0..<4).map { _ in try jobs.submit().id }
        let ended = try ids.map { try jobs.end(of: $0) }
        #expect(ended.map(\.version) == [1, 2, 3, 4])
        for (earlier, later) in zip(ended, ended.dropFirst()) {
            #expect(earlier.finished ?? 0 <= later.started ?? 0)
        }
    }

    @Test func runsSeveralJobsAtOnce() throws {
        let jobs = try RunningJobs("while [ ! -e \"$1/go\" ]; do sleep 0.01; done\n" + successful) {
            $0.maximumRunning = 2
        }
        let ids = try (0..<3).map { _ in try jobs.submit().id }
        _ = try jobs.wait(for: ids[1]) { $0.state == .validating }
        #expect(jobs.supervisor.runningJobs == ids.prefix(2).sorted())
        #expect(try jobs.store.job(ids[2]).state == .queued)
        for id in ids {
            #expect(jobs.appears("request.json", of: id))
            jobs.folder.write("", to: "data/jobs/\(id)/go")
        }
        for id in ids { #expect(try jobs.end(of: id).state == .succeeded) }
    }

    @Test func saysWhyAJobFailed() throws {
        let jobs = try RunningJobs(
            #"echo '{"type":"error","code":"bad_row","message":"row 7: age: expected a number","field":"age"}'; exit 1"#
        )
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.state == .failed && job.reason == "row 7: age: expected a number")
        #expect(job.failure == JobFailure(code: "bad_row", message: "row 7: age: expected a number", field: "age"))
    }

    @Test func removesCheckpointsWhenTheResultCounts() throws {
        let jobs = try RunningJobs(
            """
            mkdir -p "$1/checkpoint-2" "$1/.checkpoint-3.1.2"
            \(successful)
            """)
        let id = try jobs.submit().id
        #expect(try jobs.end(of: id).state == .succeeded)
        let directory = "data/jobs/\(id)"
        #expect(!jobs.folder.has(directory + "/checkpoint-2") && !jobs.folder.has(directory + "/.checkpoint-3.1.2"))
        #expect(jobs.folder.has(directory + "/bundle"))
    }

    @Test func startsACrashedWorkerAgain() throws {
        let jobs = try RunningJobs(
            """
            echo run >> "$1/runs"
            [ $(wc -l < "$1/runs") -ge 3 ] || kill -9 $$
            \(successful)
            """)
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.state == .succeeded)
        let reasons = try jobs.store.events(of: job.id, kinds: [.state]).compactMap { $0.data["reason"]?.string }
        #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains("signal 9") })
    }

    @Test func givesUpAfterSeveralCrashes() throws {
        let jobs = try RunningJobs("echo run >> \"$1/runs\"; echo 'Fatal error: oh no' >&2; exit 3")
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.state == .failed && job.failure?.code == "worker_crashed")
        #expect(job.reason.contains("status 3") && job.reason.contains("oh no") && job.reason.contains("3 times"))
        #expect(text(of: jobs.directory.job(job.id) + "/runs") == "run\nrun\nrun\n")
    }

    @Test func checkpointsMakeCrashesCountAnew() throws {
        let jobs = try RunningJobs(
            """
            echo run >> "$1/runs"
            echo '{"type":"checkpoint","epoch":1,"step":1,"metrics":{}}'
            [ $(wc -l < "$1/runs") -ge 6 ] || kill -9 $$
            \(successful)
            """)
        #expect(try jobs.end(of: try jobs.submit().id).state == .succeeded)
    }

    @Test func doesNotTryAgainWhatNeedsMoreMemory() throws {
        let jobs = try RunningJobs("echo run >> \"$1/runs\"; echo 'Fatal error: out of memory' >&2; kill -ILL $$")
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.failure?.code == "out_of_memory")
        #expect(text(of: jobs.directory.job(job.id) + "/runs") == "run\n")
    }

    @Test func aFullDiskPausesTheJob() throws {
        let jobs = try RunningJobs(
            #"[ -e "$1/room" ] || { echo '{"type":"error","code":"disk_full","message":"no room"}'; exit 1; }"# + "\n"
                + successful)
        let id = try jobs.submit().id
        let job = try jobs.wait(for: id) { $0.state == .paused }
        #expect(job.state == .paused && job.reason.hasPrefix("no room") && job.failure == nil)
        jobs.folder.write("", to: "data/jobs/\(id)/room")
        try jobs.supervisor.resume(id)
        #expect(try jobs.end(of: id).state == .succeeded)
    }

    @Test func remembersTheNewestCheckpoints() throws {
        let jobs = try RunningJobs(
            """
            i=0; while [ $i -lt 120 ]; do i=$((i+1)); echo "{\\"type\\":\\"checkpoint\\",\\"step\\":$i}"; done
            \(successful)
            """)
        let id = try jobs.submit().id
        _ = try jobs.end(of: id)
        let steps = try jobs.store.events(of: id, kinds: [.checkpoint]).map { $0.data["step"]?.int }
        #expect(steps.count == 100 && steps.first == 22 && steps.last == 30)
    }

    @Test func aMissingWorkerFailsTheJob() throws {
        let jobs = try RunningJobs("") { configuration in
            configuration.command = { _, _ in WorkerCommand(executable: "/nowhere/worker", arguments: []) }
        }
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.state == .failed && job.reason.contains("/nowhere/worker"))
    }

    @Test func whatCannotBePublishedCanBeTriedAgain() throws {
        let publisher = FakePublisher(refusal: .publishing("the golden rows come out differently"))
        let folder = TemporaryDirectory()
        let id: String
        do {
            let jobs = try RunningJobs(successful, folder: folder, publisher: publisher)
            id = try jobs.submit().id
            let job = try jobs.end(of: id)
            #expect(job.state == .failed && job.failure?.code == "publish_failed" && job.version == nil)
            #expect(throws: JobError.publishing("the golden rows come out differently")) {
                try jobs.supervisor.publish(id)
            }
        }
        let jobs = try RunningJobs(successful, folder: folder)
        let job = try jobs.supervisor.publish(id)
        #expect(job.state == .succeeded && job.version == 1 && job.failure == nil)
        #expect(try jobs.supervisor.publish(id) == job)
    }

    @Test func publishesOnlyWhenAsked() throws {
        let jobs = try RunningJobs(#"echo '{"type":"result","bundle":"bundle","publish":false,"reason":"not better"}'"#)
        let job = try jobs.end(of: try jobs.submit().id)
        #expect(job.state == .succeeded && job.version == nil && job.reason == "not better")
        #expect(try jobs.supervisor.publish(job.id).version == 1)
    }

    @Test func refusesMoreJobsThanMayWait() throws {
        let jobs = try RunningJobs(successful, starts: false) { $0.maximumQueued = 2 }
        _ = try jobs.submit(key: "a")
        _ = try jobs.submit()
        #expect(throws: JobError.queueFull(limit: 2)) { try jobs.submit() }
        // One that is known already needs no place.
        _ = try jobs.submit(key: "a")
    }
}
