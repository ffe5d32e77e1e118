import HTTP
import Synchronization

/// The content of a response that comes bit by bit; may be used on any thread, by one at a time.
///
/// A stream that goes without `finish` ends its connection, so that the client sees that something is missing.
package final class ResponseStream: Sendable {
    /// Where the content goes to a connection; nil when it is gathered.
    private let connection: (loop: EventLoop, ticket: Ticket, backlog: StreamBacklog)?
    /// What was gathered for `receive`.
    private let gathered: Mutex<HTTPResponse>
    private let receive: (@Sendable (HTTPResponse) -> Void)?
    private let isFinished = Atomic(false)

    init(_ head: HTTPResponse, loop: EventLoop, ticket: Ticket) {
        precondition(!head.status.forbidsBody, "a response with status \(head.status.code) has no content")
        let backlog = StreamBacklog()
        connection = (loop, ticket, backlog)
        gathered = Mutex(HTTPResponse(status: head.status))
        receive = nil
        loop.mailbox.post(.part(.head(head, backlog), ticket))
        write(head.body)
    }

    /// A stream without a connection, which gives the whole response to `receive` in the end.
    init(_ head: HTTPResponse, _ receive: @escaping @Sendable (HTTPResponse) -> Void) {
        connection = nil
        gathered = Mutex(head)
        self.receive = receive
    }

    deinit {
        guard let connection, !isFinished.load(ordering: .relaxed) else { return }
        connection.loop.mailbox.post(.part(.end(isComplete: false), connection.ticket))
    }

    /// Sends more content. Never blocks; look at `backlog`, for a client that does not keep up loses its connection.
    package func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        guard let connection else { return gathered.withLock { $0.body += bytes } }
        connection.backlog.post(bytes.count)
        connection.loop.mailbox.post(.part(.bytes(bytes), connection.ticket))
    }

    /// Ends the response. Call once; nothing may be written afterwards.
    package func finish() {
        guard !isFinished.exchange(true, ordering: .relaxed) else { return }
        if let connection {
            connection.loop.mailbox.post(.part(.end(isComplete: true), connection.ticket))
        } else {
            receive?(gathered.withLock { $0 })
        }
    }

    /// Content that the client has not taken yet. Bytes.
    package var backlog: Int { connection?.backlog.count ?? 0 }

    /// Whether the client is known to have gone.
    package var isCancelled: Bool { connection.map { !$0.loop.liveness.isLive($0.ticket.connection) } ?? false }
}
