/// Decides what to do with the bytes of one connection, a request at a time; owns no socket, clock or buffer.
///
/// The owner keeps a buffer that begins at the first byte of the current request, shows it to `advance` whenever it
/// grew, and performs the action that comes back.
package struct ConnectionStateMachine: Sendable {
    /// What the owner of the connection does next.
    package enum Action: Sendable, Equatable {
        /// Keep the first `keep` bytes of the buffer (chunk framing behind them is used up), receive more behind
        /// them, and call again. A buffer of `capacity` bytes would hold all that is known to come; 0 when unknown.
        case needMore(keep: Int, capacity: Int)
        /// `head` is complete; its body has not come yet, or is not known to have. Send 100 (Continue) if the client
        /// waits for it, and call again with the same buffer; or answer now and call `dropBody`. Once for a request.
        case expectBody(awaitsContinue: Bool)
        /// `head` and `body` describe a complete request. The next one begins `consumed` bytes into the buffer.
        case deliver(consumed: Int)
        /// The first `count` bytes of the buffer belong to a body that nobody wants: remove them, receive more when
        /// there are none left, and call again.
        case drop(count: Int)
        /// Answer with the error's status, close, and call no more.
        case refuse(HTTPError)
        /// The end of a body that nobody wants cannot be found. Its request is answered: close, and call no more.
        case abandon
    }

    private enum State: Equatable {
        case head
        case length(end: Int)
        case chunked
        case droppingLength(rest: Int)
        case droppingChunks
        case delivered
        case refused(HTTPError)
    }

    private var parser: RequestParser
    private var decoder: ChunkedDecoder
    private var state = State.head
    private let limits: HTTPLimits
    /// Where the body lies in the buffer; complete once `advance` has returned `deliver`.
    package private(set) var body = 0..<0

    /// - Parameter limits: The bounds of one request.
    package init(limits: HTTPLimits) {
        self.limits = limits
        parser = RequestParser(limits: limits)
        decoder = ChunkedDecoder(limits: limits)
    }

    /// The head of the current request; complete once its body is being read.
    package var head: RequestHead { parser.head }

    /// Whether the head is complete and its body is not.
    package var isReadingBody: Bool {
        switch state {
        case .length, .chunked, .droppingLength, .droppingChunks: true
        case .head, .delivered, .refused: false
        }
    }

    /// Whether a body is being received that nobody wants.
    package var isDroppingBody: Bool {
        switch state {
        case .droppingLength, .droppingChunks: true
        default: false
        }
    }

    /// Bytes of that body that are still to come and may be passed over unseen, see `passOver`; 0 when only reading them
    /// tells where it ends.
    package var unwantedBytes: Int {
        if case .droppingLength(let rest) = state { rest } else { 0 }
    }

    /// Whether bytes were looked at that belong to no request delivered yet.
    package var isMidRequest: Bool { state != .delivered }

    /// Whether the response to what was read so far has no content because the request is a HEAD.
    package var answersHead: Bool { parser.knowsMethod && parser.head.method == .head }

    /// Looks at the buffer again.
    ///
    /// - Parameter buffer: All bytes received since the end of the last request; a chunked body is decoded in it.
    /// - Returns: What to do next.
    package mutating func advance(_ buffer: inout MutableSpan<UInt8>) -> Action {
        do throws(HTTPError) {
            switch state {
            case .head: return try readHead(&buffer)
            case .delivered:
                parser.reset()
                state = .head
                return try readHead(&buffer)
            case .length(let end): return readLength(buffer.count, end)
            case .chunked: return try readChunks(&buffer)
            case .droppingLength(let rest):
                let count = min(rest, buffer.count)
                passOver(count)
                return .drop(count: count)
            case .droppingChunks: return try dropChunks(&buffer)
            case .refused(let error): return .refuse(error)
            }
        } catch {
            let isAnswered = isDroppingBody
            state = .refused(error)
            return isAnswered ? .abandon : .refuse(error)
        }
    }

    /// Wants no byte of the body that `expectBody` told of: its request is answered. From now on `advance` expects a
    /// buffer that begins behind the head.
    package mutating func dropBody() {
        switch state {
        case .length(let end): state = .droppingLength(rest: end - body.lowerBound)
        case .chunked: state = .droppingChunks
        default: preconditionFailure("no body is expected")
        }
    }

    /// Takes note of bytes that were received and dropped unseen: at most `unwantedBytes`.
    package mutating func passOver(_ count: Int) {
        precondition(count >= 0 && count <= unwantedBytes)
        state = count < unwantedBytes ? .droppingLength(rest: unwantedBytes - count) : .delivered
    }

    @inline(__always)
    private mutating func readHead(_ buffer: inout MutableSpan<UInt8>) throws(HTTPError) -> Action {
        guard let length = try parser.parse(buffer.span) else { return .needMore(keep: buffer.count, capacity: 0) }
        body = length..<length
        switch parser.head.framing {
        case .none:
            state = .delivered
            return .deliver(consumed: length)
        case .length(let count):
            state = .length(end: length + count)
            if buffer.count >= length + count { return readLength(buffer.count, length + count) }
        case .chunked:
            decoder = ChunkedDecoder(limits: limits)
            state = .chunked
        }
        // RFC 9110 §10.1.1: a server may leave the 100 out when content has already come.
        return .expectBody(awaitsContinue: parser.head.expectsContinue && buffer.count == length)
    }

    private mutating func readLength(_ count: Int, _ end: Int) -> Action {
        guard count >= end else { return .needMore(keep: count, capacity: end) }
        body = body.lowerBound..<end
        state = .delivered
        return .deliver(consumed: end)
    }

    private mutating func readChunks(_ buffer: inout MutableSpan<UInt8>) throws(HTTPError) -> Action {
        let progress = try decoder.decode(&buffer, from: body.upperBound, to: body.upperBound)
        body = body.lowerBound..<progress.written
        guard progress.isComplete else { return .needMore(keep: progress.written, capacity: 0) }
        state = .delivered
        return .deliver(consumed: progress.read)
    }

    private mutating func dropChunks(_ buffer: inout MutableSpan<UInt8>) throws(HTTPError) -> Action {
        let progress = try decoder.decode(&buffer, from: 0, to: 0)
        if progress.isComplete { state = .delivered }
        return .drop(count: progress.read)
    }
}
