import CSystem
import Glibc
import HTTP
import Synchronization

extension EventLoop {
    /// Accepts what waits; at most so many at once, so that connections with work have their turn.
    func acceptAll(limit: Int = 64) {
        for _ in 0..<limit {
            guard let number = listener?.number else { return }
            switch SystemCall.accept(number) {
            case .done(let descriptor): place(Int32(descriptor))
            case .wouldBlock: return
            // The peer has gone while it waited (accept(2) lists these as errors to be tried again).
            case .failed(ECONNABORTED), .failed(EPROTO), .failed(EPERM), .failed(ENETDOWN), .failed(EHOSTUNREACH):
                continue
            // Out of descriptors or memory: the listener stays readable, so stop asking until something is freed.
            case .failed: return pauseAccepting()
            }
        }
    }

    /// Gives an accepted connection to the loop that has the fewest: the kernel spreads them by chance, which can leave one
    /// loop with twice the work of the other.
    private func place(_ descriptor: Int32) {
        acceptedCount.wrappingAdd(1, ordering: .relaxed)
        if gauge.connections >= configuration.maximumConnections {
            if let connection = add(FileDescriptor(owning: descriptor)) { refuseSurplus(connection) }
            return
        }
        if let other = gauge.emptiest(), other.openConnections < openConnections, other.give(descriptor) { return }
        connectionCount.wrappingAdd(1, ordering: .relaxed)
        begin(descriptor)
    }

    /// Leaves a connection to this loop; called on another one.
    ///
    /// - Returns: Whether the loop takes it: false once it has stopped.
    private func give(_ descriptor: Int32) -> Bool {
        connectionCount.wrappingAdd(1, ordering: .relaxed)
        if mailbox.post(.connection(descriptor)) { return true }
        connectionCount.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    /// Begins to serve a connection, whose place is counted already.
    func begin(_ descriptor: Int32) {
        guard let connection = add(FileDescriptor(owning: descriptor)) else {
            connectionCount.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        enter(.idle, connection)
        if isDraining { return readLast(connection) }
        // Most clients have sent their request by now. One that closes afterwards need never be watched.
        readable(connection)
        let isWaiting = !connection.flags.contains(.watched) && !connection.flags.contains(.answersWithRound)
        if isWaiting, liveness.isLive(connection.id) { settle(connection) }
    }

    private func add(_ descriptor: consuming FileDescriptor) -> Connection? {
        guard let slot = slab.takeSlot() else { return nil }
        let connection = Connection(descriptor: descriptor, id: liveness.current(slot))
        slab[slot] = connection
        return connection
    }

    private func refuseSurplus(_ connection: Connection) {
        connection.flags.insert(.surplus)
        let detail = "The server already has \(configuration.maximumConnections) connections."
        var response = handler.errorResponse(status: .serviceUnavailable, detail: detail)
        response.fields.append(.init("Retry-After", "1"))
        fail(connection, response, isHead: false)
    }

    private func pauseAccepting() {
        guard let number = listener?.number, !acceptPaused else { return }
        acceptPaused = true
        SystemCall.epollModify(epoll.number, number, events: 0, token: Self.listenerToken)
    }

    /// Asks for connections again; called once a second and when a descriptor has become free.
    func resumeAccepting() {
        guard let number = listener?.number, acceptPaused else { return }
        acceptPaused = false
        SystemCall.epollModify(epoll.number, number, events: csystem_readable, token: Self.listenerToken)
    }
}
