import HTTP
import Synchronization

extension EventLoop {
    /// Finds out what the connection waits for now, and sets its time limit and its events.
    func settle(_ connection: Connection) {
        if connection.phase == .linger { return }
        let phase: Connection.Phase
        if connection.hasOutput {
            phase = .write
        } else if connection.flags.contains(.awaitsAnswer) {
            phase = .answer
        } else {
            connection.flags.remove(.readingPaused)
            phase = connection.input.map { $0.machine.isReadingBody ? .body : .head } ?? .idle
        }
        if phase == .idle, isDraining { return close(connection) }
        // A head's limit counts from its first byte, a window from its start.
        if phase != connection.phase || phase == .idle { enter(phase, connection) }
        updateInterest(connection)
    }

    /// Begins a phase.
    func enter(_ phase: Connection.Phase, _ connection: Connection) {
        connection.phase = phase
        if phase == .body { connection.progress = 0 }
        let limit: Duration
        switch phase {
        case .answer:
            connection.deadline = .max
            return
        case .idle: limit = configuration.idleTimeout
        case .head: limit = configuration.headTimeout
        case .body: limit = configuration.bodyTimeout
        case .write: limit = configuration.writeTimeout
        case .linger: limit = configuration.lingerTimeout
        }
        connection.deadline = now + limit.milliseconds
    }

    /// Once a second: ends what is over its time.
    func scan() {
        resumeAccepting()
        for connection in slab.all where connection.deadline <= now { expire(connection) }
        if isDraining, now >= drainDeadline {
            for connection in slab.all { close(connection) }
        }
    }

    private func expire(_ connection: Connection) {
        switch connection.phase {
        case .idle, .linger, .answer: close(connection)
        case .head: timeOut(connection, "The request head did not arrive in \(configuration.headTimeout).")
        case .body:
            if keepsPace(connection, configuration.bodyTimeout) { return enter(.body, connection) }
            // Its request is answered already.
            if connection.input?.machine.isDroppingBody == true { return close(connection) }
            timeOut(connection, "The request body arrives more slowly than the server waits for.")
        case .write:
            guard keepsPace(connection, configuration.writeTimeout) else { return close(connection) }
            connection.progress = 0
            enter(.write, connection)
        }
    }

    private func keepsPace(_ connection: Connection, _ window: Duration) -> Bool {
        let wanted = configuration.minimumBytesPerSecond * Int(window.milliseconds) / 1000
        return connection.progress >= max(1, wanted)
    }

    private func timeOut(_ connection: Connection, _ detail: String) {
        let isHead = connection.input?.machine.answersHead ?? false
        fail(connection, handler.errorResponse(status: .requestTimeout, detail: detail), isHead: isHead)
    }

    /// Ends a connection; late answers to it go nowhere.
    func close(_ connection: Connection) {
        let id = connection.id
        guard liveness.isLive(id) else { return }
        liveness.retire(id.slot)
        if connection.flags.contains(.awaitsAnswer) { requestsInFlight.wrappingSubtract(1, ordering: .relaxed) }
        if !connection.flags.contains(.surplus) { connectionCount.wrappingSubtract(1, ordering: .relaxed) }
        // Closed with the last reference, which may outlive this round; epoll must forget the socket now.
        if connection.flags.contains(.watched) {
            SystemCall.epollRemove(epoll.number, connection.descriptor.number)
        }
        slab.release(id.slot)
        resumeAccepting()
        stopIfDrained()
    }
}
