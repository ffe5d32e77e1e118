import Testing

@testable import Daemon

/// Where answers end, however their bytes come.
struct AnswerReaderTests {
    private static let answers: [(text: String, status: Int, hasRetryAfter: Bool, closes: Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, false, false),
        ("HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", 204, false, false),
        ("HTTP/1.1 429 Too Many\r\nretry-after: 1\r\ncontent-length: 0\r\nConnection: close\r\n\r\n", 429, true, true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, false, false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n\n", 200, false, true),
    ]

    @Test(arguments: answers.indices) func anAnswerEndsWhereItSays(index: Int) throws {
        let (text, status, hasRetryAfter, closes) = Self.answers[index]
        let bytes = Array(text.utf8)
        let expected = AnswerReader.Answer(status: status, hasRetryAfter: hasRetryAfter, closes: closes)
        for split in 1..<bytes.count {
            var reader = AnswerReader()
            #expect(try reader.read(bytes[..<split]) == nil)
            #expect(reader.end() == nil)
            #expect(try reader.read(bytes[split...]) == expected)
            // Another one may follow.
            #expect(try reader.read(bytes[...]) == expected)
        }
    }

    @Test func anAnswerWithoutALengthEndsWithTheConnection() throws {
        var reader = AnswerReader()
        #expect(try reader.read(Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8)[...]) == nil)
        #expect(reader.end() == AnswerReader.Answer(status: 200, hasRetryAfter: false, closes: true))
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", "HTTP/1.1 200 OK\r\n:\n\r\n\r\n", "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ])
    func otherBytesAreRefused(text: String) {
        var reader = AnswerReader()
        #expect(throws: AnswerReader.Malformed.self) { try reader.read(Array(text.utf8)[...]) }
    }
}
