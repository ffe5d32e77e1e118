import Synchronization

/// The HTTP server: event loops, each with a listener on the same port, and the threads that run them.
///
/// Life: `init`, `start`, any number of requests, `drain`. A server that was started serves until it is drained.
package final class Server: Sendable {
    private struct State {
        var port: UInt16 = 0
        var loops: [EventLoop] = []
        var hasStarted = false
        var drain = Drain.notAsked
    }

    private enum Drain {
        case notAsked
        case running([@Sendable () -> Void])
        case done
    }

    private let configuration: ServerConfiguration
    private let handler: any RequestHandler
    private let state = Mutex(State())
    private let gauge: ConnectionGauge

    /// - Parameters:
    ///   - configuration: Checked by `start`.
    ///   - handler: Called with every request, on all loops at once.
    ///   - gauge: Where others see what the server has in hand.
    package init(
        configuration: ServerConfiguration, handler: any RequestHandler, gauge: ConnectionGauge = ConnectionGauge()
    ) {
        self.gauge = gauge
        self.configuration = configuration
        self.handler = handler
    }

    /// Binds all loops to one port and begins to serve; when it returns, connections are accepted.
    package func start() throws(NetworkError) {
        try configuration.validate()
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
        guard isFirst else { throw .alreadyStarted }
        try ListeningSocket.requireFree(host: configuration.host, port: configuration.port)
        let (loops, port) = try makeLoops()
        let group = try EventLoopGroup(loops, threads: configuration.threadCount)
        gauge.set(loops)
        state.withLock { state in
            state.port = port
            state.loops = loops
        }
        group.start()
    }

    private func makeLoops() throws(NetworkError) -> ([EventLoop], port: UInt16) {
        var loops: [EventLoop] = []
        var port = configuration.port
        for index in 0..<configuration.loopCount {
            let loop = try EventLoop(index: index, configuration: configuration, handler: handler, gauge: gauge)
            let socket = try ListeningSocket(
                host: configuration.host, port: port, backlog: Int32(configuration.backlog))
            port = try socket.port()
            try loop.attach(socket)
            loops.append(loop)
        }
        return (loops, port)
    }

    /// The port that is listened on; 0 before `start`.
    package var port: UInt16 { state.withLock { $0.port } }

    /// Open connections.
    package var connectionCount: Int { gauge.connections }

    /// Open connections of each loop.
    var connectionsOfLoops: [Int] { state.withLock { $0.loops.map(\.openConnections) } }

    /// Requests whose handler has returned and whose answer is still to come.
    package var requestsInFlight: Int { gauge.requests }

    /// Stops gracefully: listeners close, idle connections too, the answers to come say `Connection: close`, and what
    /// is still open at the deadline is closed.
    ///
    /// - Parameters:
    ///   - deadline: How long requests in flight may take; looked at about once a second. The first call's holds.
    ///   - completion: Called once, on any queue, when the last connection has gone.
    package func drain(deadline: Duration, completion: @escaping @Sendable () -> Void) {
        let loops = beginDrain(completion)
        guard !loops.isEmpty else { return }
        let remaining = Countdown(loops.count) { @Sendable [self] in finishDrain() }
        for loop in loops {
            loop.mailbox.post(.drain(milliseconds: deadline.milliseconds, { @Sendable in remaining.count() }))
        }
    }

    /// Takes note of whom to call back.
    ///
    /// - Returns: The loops to stop: none when they are stopping already, have stopped, or never ran.
    private func beginDrain(_ completion: @escaping @Sendable () -> Void) -> [EventLoop] {
        let (loops, isDone) = state.withLock { state -> ([EventLoop], Bool) in
            switch state.drain {
            case .notAsked where state.loops.isEmpty: return ([], true)
            case .notAsked:
                state.drain = .running([completion])
                return (state.loops, false)
            case .running(let completions):
                state.drain = .running(completions + [completion])
                return ([], false)
            case .done: return ([], true)
            }
        }
        if isDone { completion() }
        return loops
    }

    private func finishDrain() {
        let completions = state.withLock { state -> [@Sendable () -> Void] in
            guard case .running(let completions) = state.drain else { return [] }
            state.drain = .done
            state.loops = []
            return completions
        }
        for completion in completions { completion() }
    }
}
