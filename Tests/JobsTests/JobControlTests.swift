import Dispatch
import JSON
import Jobs
import TestSupport
import Testing

/// Trains until it is asked to stop; then says that it has paused. When it starts again it succeeds.
private let patient = """
    if [ -e "$1/paused" ]; then echo '{"type":"result","bundle":"bundle","publish":false}'; exit 0; fi
    trap 'touch "$1/paused"; echo "{\\"type\\":\\"state\\",\\"state\\":\\"paused\\",\\"phase\\":\\"\\"}"; exit 0' TERM
    echo '{"type":"state","state":"running","phase":"training"}'
    touch "$1/ready"
    while :; do sleep 0.01; done
    """

/// Hangs, and does not listen.
private let deaf = """
    trap '' TERM
    touch "$1/ready"
    while :; do sleep 1000; done
    """

struct JobControlTests {
    @Test func pausesAndResumes() throws {
        let jobs = try RunningJobs(patient)
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        try jobs.supervisor.pause(id)
        let paused = try jobs.wait(for: id) { $0.state == .paused }
        #expect(paused.state == .paused && paused.reason == "paused on request" && paused.wish == nil)
        #expect(try jobs.supervisor.pause(id) == paused)
        try jobs.supervisor.resume(id)
        #expect(try jobs.end(of: id).state == .succeeded)
    }

    @Test func goesOnWhenResumedBeforeItHasPaused() throws {
        let jobs = try RunningJobs(patient)
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        try jobs.supervisor.pause(id)
        try jobs.supervisor.resume(id)
        #expect(try jobs.end(of: id).state == .succeeded)
    }

    @Test func killsWhatDoesNotPause() throws {
        let jobs = try RunningJobs(deaf) { $0.stopGrace = .milliseconds(50) }
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        try jobs.supervisor.pause(id)
        let job = try jobs.wait(for: id) { $0.state == .paused }
        #expect(job.state == .paused && job.reason.contains("killed"))
    }

    @Test func cancelsWhatHangs() throws {
        let jobs = try RunningJobs(deaf)
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        try jobs.supervisor.cancel(id)
        let job = try jobs.end(of: id)
        #expect(job.state == .cancelled && job.finished != nil)
        #expect(try jobs.supervisor.cancel(id) == job)
        #expect(contents(of: jobs.directory.job(id) + "/request.json").isEmpty)
    }

    @Test func waitingJobsPauseAndCancelAtOnce() throws {
        let jobs = try RunningJobs(patient, starts: false)
        let id = try jobs.submit().id
        #expect(try jobs.supervisor.pause(id).state == .paused)
        #expect(try jobs.supervisor.resume(id).state == .queued)
        #expect(try jobs.supervisor.cancel(id).state == .cancelled)
    }

    @Test func finalStatesStay() throws {
        let state = JobState.cancelled
        let jobs = try RunningJobs(patient, starts: false)
        let id = try jobs.submit().id
        try jobs.supervisor.cancel(id)
        #expect(throws: JobError.state(job: id, state, action: "paused")) { try jobs.supervisor.pause(id) }
        #expect(throws: JobError.state(job: id, state, action: "resumed")) { try jobs.supervisor.resume(id) }
        #expect(throws: JobError.state(job: id, state, action: "published")) { try jobs.supervisor.publish(id) }
        #expect(throws: JobError.unknownJob("nobody")) { try jobs.supervisor.cancel("nobody") }
    }

    @Test func aStopKeepsTheJobsForTheNextStart() throws {
        let folder = TemporaryDirectory()
        let (running, waiting): (String, String)
        do {
            let jobs = try RunningJobs(patient, folder: folder)
            running = try jobs.submit().id
            waiting = try jobs.submit().id
            #expect(jobs.appears("ready", of: running))
            jobs.stop(grace: .seconds(20))
            #expect(try jobs.store.job(running).state == .queued)
            #expect(throws: JobError.stopping) { try jobs.submit() }
        }
        folder.write("", to: "data/jobs/\(waiting)/paused")
        let jobs = try RunningJobs(patient, folder: folder)
        #expect(try jobs.end(of: running).state == .succeeded)
        #expect(try jobs.end(of: waiting).state == .succeeded)
    }

    @Test func whatAStopKeptFromBeingPublishedIsPublishedNext() throws {
        let folder = TemporaryDirectory()
        let publisher = StuckPublisher()
        let id: String
        do {
            let result = #"echo '{"type":"result","bundle":"bundle","publish":true}'"#
            let jobs = try RunningJobs(result, folder: folder, publisher: publisher)
            id = try jobs.submit().id
            publisher.entered.wait()
            jobs.supervisor.stop(grace: .zero) {}
            publisher.leaves.signal()
            jobs.stop()
            #expect(try jobs.store.job(id).state == .evaluating)
        }
        let jobs = try RunningJobs("exit 1", folder: folder)
        let job = try jobs.end(of: id)
        #expect(job.state == .succeeded && job.version == 1)
    }

    @Test func takesUpWhatADaemonLeftThatWasKilled() throws {
        let jobs = try RunningJobs(deaf)
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        let next = try RunningJobs(#"echo '{"type":"result","bundle":"bundle","publish":true}'"#, folder: jobs.copy())
        #expect(try next.end(of: id).version == 1)
    }

    @Test func remembersWhatWasAskedOfAJob() throws {
        let jobs = try RunningJobs(deaf)
        let id = try jobs.submit().id
        #expect(jobs.appears("ready", of: id))
        try jobs.supervisor.pause(id)
        let next = try RunningJobs("exit 1", folder: jobs.copy())
        #expect(try next.store.job(id).state == .paused)
    }
}
