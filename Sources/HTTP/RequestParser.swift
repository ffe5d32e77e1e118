/// Parses request heads from a growing buffer; strict where leniency lets messages be smuggled.
///
/// Three outcomes: the number of bytes the head takes, nil when the bytes end before the head does, or an error that
/// knows its status. After nil, call again with the same bytes and more behind them: lines that are complete are not
/// read again, and a line that is not is searched for its end only where it grew, so that a head that arrives byte by
/// byte costs linear time.
package struct RequestParser: Sendable {
    /// The head; complete once `parse` has returned a length.
    package internal(set) var head = RequestHead()
    let limits: HTTPLimits
    /// What the fields read so far say about framing.
    var framing = FramingFields()
    /// Start of the first line that is not complete.
    var position = 0
    /// End of the bytes known not to complete that line.
    private var searched = 0
    private var hasRequestLine = false
    var emptyLines = 0

    /// - Parameter limits: The bounds of a head.
    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether the method of the request is already known.
    package var knowsMethod: Bool { hasRequestLine }

    /// Makes ready for the next head.
    package mutating func reset() {
        head.reset()
        framing = FramingFields()
        position = 0
        searched = 0
        hasRequestLine = false
        emptyLines = 0
    }

    /// Parses as far as `bytes` goes.
    ///
    /// `HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ]` (RFC 9112 §2.1)
    ///
    /// - Parameter bytes: Everything received since the end of the last request.
    /// - Returns: The length of the head in bytes, or nil when more bytes are needed.
    /// - Throws: What is wrong with the head; the parser must be reset.
    package mutating func parse(_ bytes: Span<UInt8>) throws(HTTPError) -> Int? {
        if searched > position, !mayContinue(bytes) {
            return try needMore(bytes)
        }
        if !hasRequestLine {
            guard try parseRequestLine(bytes) else { return try needMore(bytes) }
            hasRequestLine = true
        }
        while true {
            switch try parseFieldLine(bytes) {
            case .field:
                if position > limits.maximumHeadBytes { throw .headTooLarge(limit: limits.maximumHeadBytes) }
            case .incomplete:
                return try needMore(bytes)
            case .blank:
                if position > limits.maximumHeadBytes { throw .headTooLarge(limit: limits.maximumHeadBytes) }
                head.byteCount = position
                try finishHead()
                return position
            }
        }
    }

    /// Whether the unfinished line has got its line feed, or is so long that only reading it tells what is wrong.
    private func mayContinue(_ bytes: Span<UInt8>) -> Bool {
        if !hasRequestLine, bytes.count &- position > limits.maximumTargetBytes { return true }
        var index = searched
        while index < bytes.count {
            if bytes[index] == 0x0A { return true }
            index &+= 1
        }
        return false
    }

    private mutating func needMore(_ bytes: Span<UInt8>) throws(HTTPError) -> Int? {
        if bytes.count > limits.maximumHeadBytes { throw .headTooLarge(limit: limits.maximumHeadBytes) }
        searched = bytes.count
        return nil
    }
}
