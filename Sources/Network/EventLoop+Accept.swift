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
            case .done(let descriptor): add(FileDescriptor(owning: Int32(descriptor)))
            case .wouldBlock: return
            // The peer has gone while it waited (accept(2) lists these as errors to be tried again).
            case .failed(ECONNABORTED), .failed(EPROTO), .failed(EPERM), .failed(ENETDOWN), .failed(EHOSTUNREACH):
                continue
            // Out of descriptors or memory: the listener stays readable, so stop asking until something is freed.
            case .failed: return pauseAccepting()
            }
        }
    }

    private func add(_ descriptor: consuming FileDescriptor) {
        acceptedCount.wrappingAdd(1, ordering: .relaxed)
        let isSurplus = totalConnections() >= configuration.maximumConnections
        guard let slot = slab.takeSlot() else { return }
        let connection = Connection(
            descriptor: descriptor, id: liveness.current(slot), interest: csystem_readable)
        do throws(NetworkError) {
            try SystemCall.epollAdd(
                epoll.number, connection.descriptor.number, events: csystem_readable, token: connection.id.token)
        } catch {
            liveness.retire(slot)
            return slab.release(slot)
        }
        slab[slot] = connection
        if isSurplus {
            connection.flags.insert(.surplus)
            return refuseSurplus(connection)
        }
        connectionCount.wrappingAdd(1, ordering: .relaxed)
        enter(.idle, connection)
    }

    private func refuseSurplus(_ connection: Connection) {
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
