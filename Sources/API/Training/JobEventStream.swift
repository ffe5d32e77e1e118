import Dispatch
import HTTP
import JSON
import Jobs
import Network
import Synchronization

/// The events of one job as server-sent events (HTML, §9.2), sent as they happen.
///
/// Whatever happens only wakes the stream, which then reads from the store what comes after the event it sent last:
/// no event is lost, sent twice or out of order, and a slow client holds nothing but its place.
final class JobEventStream: Sendable {
    private struct State {
        /// The number of the event sent last.
        var last: Int
        var isAwake = false
        /// Keeps the stream alive; nil after its end.
        var watch: JobWatch?
    }

    /// Events read at once.
    private static let batch = 200
    /// No more is read while so much is unsent. Bytes.
    private static let largestBacklog = 256 * 1024
    /// Seconds between comments that keep proxies from closing a silent connection, and show that a client has gone.
    private static let heartbeat = 15

    private let job: String
    private let supervisor: JobSupervisor
    private let stream: ResponseStream
    private let queue: DispatchQueue
    private let state: Mutex<State>

    /// Begins the response; the stream keeps itself alive until it ends.
    static func begin(job: String, after: Int, _ supervisor: JobSupervisor, _ responder: Responder) {
        let head = HTTPResponse(
            status: .ok, contentType: "text/event-stream",
            fields: [.init("Cache-Control", "no-store"), .init("X-Accel-Buffering", "no")],
            body: Array("retry: 2000\n\n".utf8))
        let events = JobEventStream(job: job, after: after, supervisor, responder.stream(head))
        events.start()
    }

    private init(job: String, after: Int, _ supervisor: JobSupervisor, _ stream: ResponseStream) {
        self.job = job
        self.supervisor = supervisor
        self.stream = stream
        queue = DispatchQueue(label: "apus.events", qos: .utility)
        state = Mutex(State(last: after))
    }

    private func start() {
        let watch = supervisor.watch(job) { @Sendable [self] in wake() }
        state.withLock { $0.watch = watch }
        beat()
        wake()
    }

    private func beat() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.heartbeat)) { @Sendable [weak self] in
            guard let self, !self.hasEnded else { return }
            stream.write(Array(": still here\n\n".utf8))
            send()
            beat()
        }
    }

    private var hasEnded: Bool { state.withLock { $0.watch == nil } }

    /// Something may have happened.
    private func wake() {
        let isFirst = state.withLock { state in
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if isFirst { queue.async { @Sendable [self] in send() } }
    }

    /// Sends what has happened; on the stream's queue.
    private func send() {
        state.withLock { $0.isAwake = false }
        if hasEnded { return }
        if stream.isCancelled { return end() }
        do throws(JobError) {
            while stream.backlog < Self.largestBacklog {
                let isOver = try supervisor.store.job(job).state.isFinal
                let last = state.withLock { $0.last }
                let events = try supervisor.store.events(of: job, after: last, limit: Self.batch)
                guard let newest = events.last else {
                    if isOver { end() }
                    return
                }
                stream.write(events.flatMap(Self.bytes))
                state.withLock { $0.last = newest.id }
            }
            queue.asyncAfter(deadline: .now() + .milliseconds(50)) { @Sendable [self] in send() }
        } catch {
            // The client comes back, and then hears why.
            end()
        }
    }

    private func end() {
        let watch = state.withLock { $0.watch.take() }
        withExtendedLifetime(watch) { stream.finish() }
    }

    private static func bytes(_ event: JobEvent) -> [UInt8] {
        Array("id: \(event.id)\nevent: \(event.kind.rawValue)\ndata: ".utf8) + event.json.bytes + [0x0A, 0x0A]
    }
}
