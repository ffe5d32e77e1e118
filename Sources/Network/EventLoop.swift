import CSystem
import Glibc
import HTTP
import Synchronization

/// One event loop: connections, and the epoll descriptor that says which of them are ready.
///
/// Invariant that makes it Sendable: all `var`s belong to the thread that has its turn, which is one at a time
/// (``EventLoopGroup``); other threads touch `mailbox`, `liveness`, `servingThread` and the counters only, which are
/// Sendable themselves.
@safe final class EventLoop: @unchecked Sendable {
    let index: Int
    let configuration: ServerConfiguration
    let handler: any RequestHandler
    let mailbox: Mailbox
    let liveness: Liveness
    /// Connections that hold a place, for the limit over all loops.
    let connectionCount = Atomic<Int>(0)
    /// The same, as a number.
    var openConnections: Int { connectionCount.load(ordering: .relaxed) }
    /// Connections taken since the start.
    let acceptedCount = Atomic<Int>(0)
    /// Requests with the handler, not counting the one it is called with.
    let requestsInFlight = Atomic<Int>(0)
    /// All loops of the server.
    let gauge: ConnectionGauge

    let epoll: FileDescriptor
    var listener: ListeningSocket?
    let events: UnsafeMutableBufferPointer<epoll_event>

    var slab: ConnectionSlab
    /// Where reads go while a connection has no input of its own; the thread's that has the turn, and empty between turns.
    var scratch: InputBuffer
    /// The number of that thread.
    private(set) var threadIndex = 0
    /// Responses to the requests of one read, sent with one call.
    var output: [UInt8] = []
    /// Short answers that are sent at the end of the round of events.
    var round = RoundOutput()
    var isInRound = false
    /// Of the events of this round, how many are left of connections with large requests: the first ones.
    var bulkCount = 0
    var serializer = ResponseSerializer()
    /// Milliseconds, from the coarse monotonic clock at the last look at epoll.
    var now = SystemCall.monotonicMilliseconds()
    /// Whether accepting waits for free descriptors.
    var acceptPaused = false
    var isDraining = false
    var drainDeadline: UInt64 = 0
    var drained: (@Sendable () -> Void)?
    /// Whether it has no connections and never will: it needs no more turns.
    private(set) var isStopped = false

    /// The thread that runs the loop right now; 0 for none.
    private let servingThread = Atomic<UInt>(0)
    /// The request the handler is being called with, and the response it gave at once.
    var served: Ticket?
    var immediate: HTTPResponse?

    static let listenerToken = UInt64.max
    static let mailboxToken = UInt64.max - 1
    /// Slots beyond the limit, for connections that are told 503.
    static let surplusConnections = 64
    /// A thread's memory for reads, and a loop's for answers.
    static let scratchBytes = 128 * 1024

    init(
        index: Int, configuration: ServerConfiguration, handler: any RequestHandler, gauge: ConnectionGauge
    ) throws(NetworkError) {
        self.index = index
        self.configuration = configuration
        self.handler = handler
        self.gauge = gauge
        mailbox = try Mailbox()
        epoll = FileDescriptor(owning: try SystemCall.epollCreate())
        unsafe events = .allocate(capacity: 256)
        let capacity = configuration.maximumConnections + Self.surplusConnections
        slab = ConnectionSlab(capacity: capacity)
        liveness = Liveness(capacity: capacity)
        scratch = InputBuffer(limits: configuration.limits)
        output.reserveCapacity(Self.scratchBytes)
        try SystemCall.epollAdd(
            epoll.number, mailbox.descriptor, events: csystem_readable, token: Self.mailboxToken)
    }

    deinit {
        unsafe events.deallocate()
    }

    /// Takes a listener; before `start` only.
    func attach(_ socket: consuming ListeningSocket) throws(NetworkError) {
        try SystemCall.epollAdd(
            epoll.number, socket.number, events: csystem_readable, token: Self.listenerToken)
        listener = consume socket
    }

    /// Lends the loop to the calling thread; what an earlier one wrote is visible to it.
    ///
    /// - Parameters:
    ///   - index: The thread's number in the group.
    ///   - scratch: The thread's own memory to read into, which its core has at hand.
    func beginTurn(onThread index: Int, _ scratch: InputBuffer) {
        let previous = servingThread.exchange(UInt(pthread_self()), ordering: .acquiring)
        precondition(previous == 0, "an event loop is run by one thread at a time")
        threadIndex = index
        self.scratch = scratch
    }

    /// Ends the turn; afterwards the loop may be lent to another thread.
    func endTurn() { servingThread.store(0, ordering: .releasing) }

    func readClocks() {
        now = SystemCall.monotonicMilliseconds()
        serializer.setDate(unixSeconds: SystemCall.unixSeconds())
    }

    /// Graceful stop, last step: nothing is left.
    func stopIfDrained() {
        guard isDraining, !isStopped, slab.count == 0, mailbox.close() else { return }
        isStopped = true
        drained.take()?()
    }

    func dispatch(token: UInt64, events: UInt32) {
        switch token {
        case Self.listenerToken: acceptAll()
        case Self.mailboxToken:
            // Later answers must not overtake earlier ones of the same connection.
            sendRound()
            readMail()
        default:
            let id = ConnectionID(token: token)
            // An event of a connection that was closed earlier in this round.
            guard let connection = slab[id.slot], connection.id == id else { return }
            // EPOLLHUP and EPOLLERR: the peer cannot read any more. One that only shut its sending side
            // (EPOLLIN with nothing to read) still gets its answers.
            if events & csystem_failed != 0 { return close(connection) }
            // An answer from another thread came earlier in this round; the end of the stream must not overtake it.
            if connection.flags.contains(.answersWithRound) { sendRound() }
            if events & csystem_writable != 0 { resumeOutput(connection) }
            if events & csystem_readable != 0, liveness.isLive(id) { readable(connection) }
        }
    }

    /// Takes a response from any thread; see `Responder.send`.
    func send(_ response: consuming HTTPResponse, _ ticket: Ticket) {
        if servingThread.load(ordering: .relaxed) == UInt(pthread_self()) {
            if served == ticket {
                if immediate == nil { immediate = response }
                return
            }
            if isInRound { return round.late.append((response, ticket)) }
        }
        mailbox.post(.response(response, ticket))
    }
}
