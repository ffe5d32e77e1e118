/// How the end of a request's body is found (RFC 9112 §6.3).
package enum BodyFraming: Sendable, Equatable {
    /// No body; the next byte belongs to the next request.
    case none
    /// Exactly so many bytes follow, at least one.
    case length(Int)
    /// Chunks follow (RFC 9112 §7.1).
    case chunked
}
