/// What the fields of one head say about its framing and its connection, gathered while they are read.
struct FramingFields: Sendable {
    /// Number of Host lines.
    var hostCount = 0
    /// The Content-Length; negative when there is none.
    var contentLength = -1
    /// Whether a Transfer-Encoding line was seen.
    var hasTransferEncoding = false
    /// Whether the last transfer coding named is chunked.
    var endsInChunked = false
    /// How often chunked was named.
    var chunkedCount = 0
    /// Whether a coding other than chunked was named.
    var hasOtherCoding = false
    /// Whether Connection names close.
    var connectionClose = false
    /// Whether Connection names keep-alive.
    var connectionKeepAlive = false
    /// Whether Expect is 100-continue.
    var expectsContinue = false
    /// Whether Expect is anything else.
    var expectsOther = false
}
