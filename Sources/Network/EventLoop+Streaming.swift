import HTTP
import Synchronization

/// Answers that come bit by bit. Until their end the connection waits for its answer, as for any other.
extension EventLoop {
    /// A connection that has so much unsent is dropped: its peer does not keep up. Bytes.
    private static let largestBacklog = 8 * 1024 * 1024
    /// What was sent is taken out of a connection's output when it is so much. Bytes.
    private static let compaction = 64 * 1024

    /// Sends a part of an answer.
    func stream(_ part: StreamPart, _ ticket: Ticket) {
        guard let connection = slab[ticket.connection.slot], connection.id == ticket.connection,
            connection.sequence == ticket.sequence, connection.flags.contains(.awaitsAnswer)
        else { return }
        switch part {
        case .head(let response, let backlog): beginStream(connection, response, backlog)
        case .bytes(let bytes): continueStream(connection, bytes)
        case .end(let isComplete): endStream(connection, isComplete: isComplete)
        }
    }

    private func beginStream(_ connection: Connection, _ response: HTTPResponse, _ backlog: StreamBacklog) {
        guard connection.backlog == nil else { return }
        connection.backlog = backlog
        // HTTP/1.0 knows no chunks (RFC 9112 §6.1).
        let isChunked = !connection.context.announcesKeepAlive
        if isDraining || !isChunked { connection.context.closes = true }
        serializer.appendHead(response, connection.context, isChunked: isChunked, to: &output)
        if connection.context.isHead || isDraining { return endStream(connection, isComplete: true) }
        if flush(connection) { settle(connection) }
    }

    private func continueStream(_ connection: Connection, _ bytes: [UInt8]) {
        guard let backlog = connection.backlog else { return }
        backlog.take(bytes.count)
        if connection.context.announcesKeepAlive {
            output.append(contentsOf: bytes)
        } else {
            ResponseSerializer.appendChunk(bytes, to: &output)
        }
        guard flush(connection) else { return }
        if connection.sent >= Self.compaction {
            connection.output.removeFirst(connection.sent)
            connection.sent = 0
        }
        let unsent = connection.output.count - connection.sent
        backlog.hold(unsent)
        if unsent > Self.largestBacklog { return close(connection) }
        settle(connection)
    }

    /// Ends a streamed answer, and goes on with the requests behind it.
    func endStream(_ connection: Connection, isComplete: Bool) {
        guard connection.backlog != nil else { return }
        guard isComplete else { return close(connection) }
        if isDraining { connection.context.closes = true }
        let hasContent = !connection.context.isHead && !connection.context.announcesKeepAlive
        if hasContent { output.append(contentsOf: ResponseSerializer.lastChunk) }
        connection.backlog = nil
        connection.flags.remove(.awaitsAnswer)
        requestsInFlight.wrappingSubtract(1, ordering: .relaxed)
        if connection.context.closes { connection.flags.insert(.closing) }
        lingerIfUnread(connection)
        sendAnswer(connection)
    }
}
