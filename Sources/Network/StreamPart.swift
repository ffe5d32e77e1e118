import HTTP

/// A part of a response that comes bit by bit.
enum StreamPart: Sendable {
    /// The beginning; the backlog is where the loop says what is unsent.
    case head(HTTPResponse, StreamBacklog)
    /// More content.
    case bytes([UInt8])
    /// The end. An incomplete response ends with its connection, so that the client sees that something is missing.
    case end(isComplete: Bool)
}
