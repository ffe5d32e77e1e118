/// The bounds of one request; whatever a peer sends, a connection holds no more than these.
package struct HTTPLimits: Sendable, Equatable {
    /// Longest method, in bytes; longer ones are answered 501. The longest registered method has 17.
    package var maximumMethodBytes = 32
    /// Longest request target, in bytes; longer ones are answered 414. RFC 9112 §3 asks for 8,000 or more a line.
    package var maximumTargetBytes = 8192
    /// Longest head (request line, fields and the blank line), in bytes; longer ones are answered 431.
    package var maximumHeadBytes = 32 * 1024
    /// Most field lines in one head; more are answered 431.
    package var maximumFieldCount = 100
    /// Empty lines skipped before a request line (RFC 9112 §2.2); more are answered 400.
    package var maximumEmptyLines = 8
    /// Largest body after decoding, in bytes; larger ones are answered 413.
    package var maximumBodyBytes = 64 * 1024 * 1024
    /// Most chunks in one chunked body; more are answered 413.
    package var maximumChunkCount = 256 * 1024
    /// Longest extension of one chunk, in bytes; longer ones are answered 400 (RFC 9112 §7.1.1 asks for a limit).
    package var maximumChunkExtensionBytes = 4096
    /// Longest trailer section, in bytes; longer ones are answered 431.
    package var maximumTrailerBytes = 8192

    /// The default bounds.
    package init() {}
}
