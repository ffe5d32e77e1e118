import HTTP

/// Reads the answers that come over a connection as far as a load needs: where each ends, and its status.
struct AnswerReader {
    /// What is known of an answer that has ended.
    struct Answer: Equatable {
        let status: Int
        /// Whether it says when to come again.
        let hasRetryAfter: Bool
        /// Whether the connection is of no more use.
        let closes: Bool
    }

    /// Bytes that are no answer of HTTP/1.1.
    struct Malformed: Error {}

    private static let longestHead = 64 * 1024

    /// The bytes of a head that is not yet complete.
    private var pending: [UInt8] = []
    private var head: AnswerHead?
    /// Bytes of the body that are still to come.
    private var remaining = 0
    private var chunks: ChunkedDecoder?

    /// Takes bytes that have come.
    /// - Returns: The answer, when they complete it; nil when more is to come.
    /// - Throws: `Malformed`, also for bytes behind an answer, to which no request belongs.
    mutating func read(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Answer? {
        var rest = bytes
        if head == nil {
            if !pending.isEmpty { rest = ArraySlice(pending + rest) }
            guard let end = AnswerHead.end(of: rest.span) else {
                if rest.count > Self.longestHead { throw Malformed() }
                pending = Array(rest)
                return nil
            }
            let whole = rest.prefix(end)
            guard let head = AnswerHead(whole.span) else { throw Malformed() }
            rest = rest.dropFirst(end)
            pending = []
            self.head = head
            remaining = head.length ?? 0
            chunks = head.isChunked ? ChunkedDecoder(limits: HTTPLimits()) : nil
        }
        guard let head, try isComplete(head, rest) else { return nil }
        self.head = nil
        return head.answer
    }

    /// The connection has ended.
    /// - Returns: The answer, if it ends with the connection.
    mutating func end() -> Answer? {
        guard let head, head.length == nil, !head.isChunked else { return nil }
        self.head = nil
        return head.answer
    }

    private mutating func isComplete(_ head: AnswerHead, _ bytes: ArraySlice<UInt8>) throws(Malformed) -> Bool {
        if var decoder = chunks {
            var scratch = Array(bytes)
            let progress: ChunkedDecoder.Progress
            do throws(HTTPError) {
                var span = scratch.mutableSpan
                progress = try decoder.decode(&span, from: 0, to: 0)
            } catch {
                throw Malformed()
            }
            guard progress.read == bytes.count else { throw Malformed() }
            chunks = decoder
            return progress.isComplete
        }
        guard head.length != nil else { return false }
        guard bytes.count <= remaining else { throw Malformed() }
        remaining -= bytes.count
        return remaining == 0
    }
}
