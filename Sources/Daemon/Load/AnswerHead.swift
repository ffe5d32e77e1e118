import HTTP

/// The head of an answer as far as a load needs it. Read from the bytes without making strings of them: one that measures
/// takes processor time from what it measures.
struct AnswerHead {
    let answer: AnswerReader.Answer
    /// Bytes of the body; nil when it is chunked or ends with the connection.
    private(set) var length: Int?
    private(set) var isChunked = false

    /// The number of bytes up to and with the empty line that ends a head; nil when it has not come yet.
    static func end(of bytes: Span<UInt8>) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == newline, bytes[index - 1] == 13, bytes[index - 2] == newline, bytes[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    /// Reads `"HTTP/1." DIGIT SP status …` and the fields that count; nil for bytes that are no head.
    /// - Parameter bytes: A whole head.
    init?(_ bytes: Span<UInt8>) {
        // "HTTP/1.1 200" are 12 bytes.
        guard bytes.count >= 12, equalsIgnoringCase(bytes, 0..<7, "http/1."), bytes[8] == Self.space,
            let status = Self.number(bytes, 9..<12), (200...599).contains(status)
        else { return nil }
        var (closes, hasRetryAfter) = (bytes[7] == UInt8(ascii: "0"), false)
        var line = Self.nextLine(bytes, from: 12)
        while line < bytes.count - 2 {
            let next = Self.nextLine(bytes, from: line)
            guard let colon = (line..<next).first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return nil }
            var value = colon + 1..<max(next - 2, colon + 1)
            while let first = value.first, bytes[first] == Self.space || bytes[first] == 9 { value.removeFirst() }
            let name = line..<colon
            if equalsIgnoringCase(bytes, name, "content-length") {
                length = Self.number(bytes, value)
            } else if equalsIgnoringCase(bytes, name, "transfer-encoding") {
                isChunked = equalsIgnoringCase(bytes, value.suffix(7), "chunked")
            } else if equalsIgnoringCase(bytes, name, "connection") {
                closes = equalsIgnoringCase(bytes, value, "close")
            } else if equalsIgnoringCase(bytes, name, "retry-after") {
                hasRetryAfter = true
            }
            line = next
        }
        if status == 204 || status == 304 { length = 0 }
        if isChunked { length = nil } else if length == nil { closes = true }
        answer = AnswerReader.Answer(status: status, hasRetryAfter: hasRetryAfter, closes: closes)
    }

    private static let space = UInt8(ascii: " ")
    private static let newline: UInt8 = 10

    /// The position behind the next line feed, which every line of a whole head has.
    private static func nextLine(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != newline { index += 1 }
        return min(index + 1, bytes.count)
    }

    /// The decimal number of up to 18 digits that a part is.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard (1...18).contains(range.count) else { return nil }
        var number = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
