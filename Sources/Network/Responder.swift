package import HTTP

/// The way back to the client of one request; may be kept and used on any thread.
package struct Responder: Sendable {
    private enum Route {
        case connection(EventLoop, Ticket)
        case closure(@Sendable (HTTPResponse) -> Void)
    }

    private let route: Route

    init(loop: EventLoop, ticket: Ticket) {
        route = .connection(loop, ticket)
    }

    /// A responder without a connection: for calling a handler from a test or from inside the process.
    ///
    /// - Parameter receive: Called with each response, on the thread that sends it.
    package init(_ receive: @escaping @Sendable (HTTPResponse) -> Void) {
        route = .closure(receive)
    }

    /// Sends the response. Call exactly once; a second call does nothing. Never blocks.
    ///
    /// During `RequestHandler.handle` on the loop's thread the response goes straight into the loop's output;
    /// otherwise it goes through the loop's mailbox. A response to a client that has gone is dropped.
    package func send(_ response: consuming HTTPResponse) {
        switch route {
        case .connection(let loop, let ticket): loop.send(response, ticket)
        case .closure(let receive): receive(response)
        }
    }

    /// Begins a response whose content comes bit by bit. Call instead of `send`, once. Never blocks.
    ///
    /// - Parameter head: The status and the fields; its body is sent first.
    /// - Returns: Where the content goes; the response ends with `finish`.
    package func stream(_ head: HTTPResponse) -> ResponseStream {
        switch route {
        case .connection(let loop, let ticket): ResponseStream(head, loop: loop, ticket: ticket)
        case .closure(let receive): ResponseStream(head, receive)
        }
    }

    /// Whether the client is known to have gone: work that still waits can be dropped.
    ///
    /// A client that only shut its sending side still reads; one is known to have gone after a reset, a failed
    /// write, or the end of a drain.
    package var isCancelled: Bool {
        switch route {
        case .connection(let loop, let ticket): !loop.liveness.isLive(ticket.connection)
        case .closure: false
        }
    }
}
