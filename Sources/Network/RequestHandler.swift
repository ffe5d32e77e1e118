package import HTTP

/// What the server calls with each request.
package protocol RequestHandler: Sendable {
    /// Answers a request, now or later.
    ///
    /// Called on an event loop's thread, which serves many connections: it must not block. `request` and its bytes
    /// are valid only during the call. `responder` must be used exactly once, here or later on any thread.
    func handle(_ request: borrowing HTTPRequest, responder: Responder)

    /// The answer to a request that needs none of its body, which has not come yet, or not as a whole.
    ///
    /// Called on an event loop's thread, once for such a request, before `handle` or instead of it: with an answer, the
    /// body is dropped as it comes, without being copied. So a server that has no room says so at little cost.
    ///
    /// - Parameter request: Without its body; valid only during the call.
    /// - Returns: nil to receive the body and handle the request.
    func earlyAnswer(to request: borrowing HTTPRequest) -> HTTPResponse?

    /// Called after a round of events in which requests with `HTTPRequest.isInRound` were handled: a handler that
    /// gathers them to compute them together does it now. Answers given meanwhile leave with the round.
    ///
    /// - Parameter threadIndex: As in `HTTPRequest`.
    func endRound(threadIndex: Int)

    /// The response to a message that never becomes a request: malformed, too large, too slow, or one too many.
    ///
    /// Called on an event loop's thread. The server adds what the protocol needs (Connection, Retry-After).
    ///
    /// - Parameters:
    ///   - status: 400, 408, 413, 414, 417, 431, 501, 503 or 505.
    ///   - detail: One sentence for the client.
    /// - Returns: The response to send before the connection closes.
    func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse
}

extension RequestHandler {
    package func earlyAnswer(to request: borrowing HTTPRequest) -> HTTPResponse? { nil }

    package func endRound(threadIndex: Int) {}
}
