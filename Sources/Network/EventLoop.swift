import CSystem
import Dispatch
import Glibc
import HTTP
import Synchronization

/// One event loop: a serial queue whose DispatchSource watches the loop's own epoll descriptor.
///
/// The handler takes all ready sockets and, while there is work, stays in `epoll_wait` for a millisecond before it
/// goes back to Dispatch: that made a request cost 8.3 µs of CPU where a source for each connection took 16.
///
/// Invariant that makes it Sendable: all `var`s belong to `queue`; other threads touch `mailbox`, `liveness`,
/// `servingThread` and the counters only, which are Sendable themselves.
@safe final class EventLoop: @unchecked Sendable {
    let index: Int
    let configuration: ServerConfiguration
    let handler: any RequestHandler
    let mailbox: Mailbox
    let liveness: Liveness
    /// Connections that hold a place, for the limit over all loops.
    let connectionCount = Atomic<Int>(0)
    var openConnections: Int { connectionCount.load(ordering: .relaxed) }
    /// Connections taken since the start.
    let acceptedCount = Atomic<Int>(0)
    /// Requests with the handler, not counting the one it is called with.
    let requestsInFlight = Atomic<Int>(0)
    /// How long the loop stays when nothing happens. Dispatch has a thread for each processor: where there are more loops,
    /// one that stays keeps another from its turn.
    private let lingerMilliseconds: Int32
    /// All loops of the server.
    let gauge: ConnectionGauge

    let epoll: FileDescriptor
    var listener: ListeningSocket?
    let queue: DispatchQueue
    var sources: [any DispatchSourceProtocol] = []
    private let events: UnsafeMutableBufferPointer<epoll_event>

    var slab: ConnectionSlab
    /// Where reads go while a connection has no input of its own.
    let scratch: InputBuffer
    /// Responses to the requests of one read, sent with one call.
    var output: [UInt8] = []
    /// Short answers that are sent at the end of the round of events.
    var round = RoundOutput()
    var isInRound = false
    var serializer = ResponseSerializer()
    /// Milliseconds, from the coarse monotonic clock at the last look at epoll.
    var now = SystemCall.monotonicMilliseconds()
    var lastScan: UInt64 = 0
    /// Whether accepting waits for free descriptors.
    var acceptPaused = false
    var isDraining = false
    var drainDeadline: UInt64 = 0
    var drained: (@Sendable () -> Void)?

    /// The thread that runs the loop right now; 0 for none.
    private let servingThread = Atomic<UInt>(0)
    /// The request the handler is being called with, and the response it gave at once.
    var served: Ticket?
    var immediate: HTTPResponse?

    static let listenerToken = UInt64.max
    static let mailboxToken = UInt64.max - 1
    /// Slots beyond the limit, for connections that are told 503.
    static let surplusConnections = 64
    private static let scratchBytes = 128 * 1024

    init(
        index: Int, configuration: ServerConfiguration, handler: any RequestHandler, gauge: ConnectionGauge,
        lingers: Bool
    ) throws(NetworkError) {
        self.index = index
        self.configuration = configuration
        self.handler = handler
        self.gauge = gauge
        lingerMilliseconds = lingers ? 1 : 0
        mailbox = try Mailbox()
        epoll = FileDescriptor(owning: try SystemCall.epollCreate())
        queue = DispatchQueue(label: "apus.loop.\(index)", qos: .userInitiated)
        unsafe events = .allocate(capacity: 256)
        let capacity = configuration.maximumConnections + Self.surplusConnections
        slab = ConnectionSlab(capacity: capacity)
        liveness = Liveness(capacity: capacity)
        scratch = InputBuffer(limits: configuration.limits, capacity: Self.scratchBytes)
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

    /// Begins to serve. The sources keep the loop alive until it has stopped.
    func start() {
        let readiness = DispatchSource.makeReadSource(fileDescriptor: epoll.number, queue: queue)
        readiness.setEventHandler { @Sendable [self] in run() }
        // The descriptor must outlive the source: the cancel handler holds the loop until Dispatch has let go of it.
        readiness.setCancelHandler { @Sendable [self] in _ = index }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(200))
        timer.setEventHandler { @Sendable [self] in onThread { scan() } }
        sources = [readiness, timer]
        for source in sources { source.resume() }
    }

    private func onThread(_ body: () -> Void) {
        servingThread.store(UInt(pthread_self()), ordering: .relaxed)
        readClocks()
        body()
        servingThread.store(0, ordering: .relaxed)
    }

    /// Serves until nothing has happened for a millisecond, or until nothing is ready.
    private func run() {
        onThread { serveRounds() }
    }

    private func serveRounds() {
        while !sources.isEmpty {
            let count = unsafe SystemCall.epollWait(epoll.number, events, milliseconds: lingerMilliseconds)
            if count == 0 { return }
            readClocks()
            unsafe serveRound(UnsafeMutableBufferPointer(rebasing: events[..<count]))
            // Under steady load the timer's turn never comes.
            if now &- lastScan >= 1000 { scan() }
        }
    }

    private func readClocks() {
        now = SystemCall.monotonicMilliseconds()
        serializer.setDate(unixSeconds: SystemCall.unixSeconds())
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
