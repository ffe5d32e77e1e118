import HTTP
import Synchronization

extension EventLoop {
    /// Performs what other threads have left.
    func readMail() {
        for message in mailbox.takeAll() {
            switch message {
            case .connection(let descriptor): begin(descriptor)
            case .response(let response, let ticket): answer(response, ticket)
            case .part(let part, let ticket): stream(part, ticket)
            case .scan: scan()
            case .drain(let milliseconds, let completion): drain(milliseconds, completion)
            }
        }
        stopIfDrained()
    }

    /// Sends an answer that came later, and goes on with the requests behind it.
    func answer(_ response: HTTPResponse, _ ticket: Ticket) {
        guard let connection = slab[ticket.connection.slot], connection.id == ticket.connection,
            connection.sequence == ticket.sequence, connection.flags.contains(.awaitsAnswer)
        else { return }
        connection.flags.remove(.awaitsAnswer)
        requestsInFlight.wrappingSubtract(1, ordering: .relaxed)
        appendResponse(connection, response)
        lingerIfUnread(connection)
        if connection.input == nil, sendWithRound(connection) { return }
        sendAnswer(connection)
    }

    /// Bytes that are here or in the kernel and will not be read would turn the close into a reset.
    func lingerIfUnread(_ connection: Connection) {
        let hasUnread = connection.input != nil || connection.flags.contains(.readingPaused)
        if connection.flags.contains(.closing), hasUnread { connection.flags.insert(.lingers) }
    }

    /// Sends the end of an answer, and goes on with the requests behind it.
    func sendAnswer(_ connection: Connection) {
        guard flush(connection) else { return }
        if connection.hasOutput || connection.flags.contains(.closing) { return settle(connection) }
        resumeInput(connection)
    }

    /// Graceful stop, first step: accept what has already connected and no more, let the idle go.
    private func drain(_ milliseconds: UInt64, _ completion: @escaping @Sendable () -> Void) {
        drained = completion
        drainDeadline = now &+ milliseconds
        if let number = listener?.number {
            // Closing a listener resets the connections that wait in it.
            acceptAll(limit: configuration.backlog)
            SystemCall.epollRemove(epoll.number, number)
            listener = nil
        }
        isDraining = true
        // Below, connections that look idle are closed.
        sendRound()
        for connection in slab.all where connection.phase == .idle { readLast(connection) }
        for connection in slab.all where connection.backlog != nil { endStream(connection, isComplete: true) }
        stopIfDrained()
    }

    /// Serves the request that is already here, if there is one, and lets an idle connection go.
    func readLast(_ connection: Connection) {
        readable(connection)
        if liveness.isLive(connection.id), connection.phase == .idle { close(connection) }
    }
}
