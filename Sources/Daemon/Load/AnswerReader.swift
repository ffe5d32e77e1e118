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

    private struct Head {
        let answer: Answer
        let length: Int?
        let isChunked: Bool
    }

    private static let longestHead = 64 * 1024

    /// The bytes of a head that is not yet complete.
    private var pending: [UInt8] = []
    private var head: Head?
    /// Bytes of the body that are still to come.
    private var remaining = 0
    private var chunks: ChunkedDecoder?

    /// Takes bytes that have come.
    /// - Returns: The answer, when they complete it; nil when more is to come.
    /// - Throws: `Malformed`, also for bytes behind an answer, to which no request belongs.
    mutating func read(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Answer? {
        var rest = bytes
        if head == nil {
            pending += rest
            guard let end = Self.headEnd(pending) else {
                if pending.count > Self.longestHead { throw Malformed() }
                return nil
            }
            let head = try Self.head(pending[..<end])
            rest = ArraySlice(pending[end...])
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

    private mutating func isComplete(_ head: Head, _ bytes: ArraySlice<UInt8>) throws(Malformed) -> Bool {
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

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 3..<bytes.count where bytes[index] == 10 {
            if bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 { return index + 1 }
        }
        return nil
    }

    /// `"HTTP/1.1" SP status …`, and the fields that count.
    private static func head(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Head {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (200...599).contains(status)
        else { throw Malformed() }
        var (length, isChunked, hasRetryAfter) = (Int?.none, false, false)
        var closes = words[0] == "HTTP/1.0"
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw Malformed() }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-length": length = Int(value)
            case "transfer-encoding": isChunked = value.lowercased().hasSuffix("chunked")
            case "connection": closes = value.lowercased().contains("close")
            case "retry-after": hasRetryAfter = true
            default: break
            }
        }
        if status == 204 || status == 304 { length = 0 }
        if length == nil, !isChunked { closes = true }
        return Head(
            answer: Answer(status: status, hasRetryAfter: hasRetryAfter, closes: closes),
            length: isChunked ? nil : length, isChunked: isChunked)
    }
}
