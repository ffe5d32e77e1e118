import HTTP
import Testing

struct RequestFramingTests {
    private func post(_ fields: String, _ body: String = "", version: String = "HTTP/1.1") -> Transcript {
        run("POST / \(version)\r\nHost: a\r\n\(fields)\r\n\(body)")
    }

    @Test(arguments: [
        ("", "", ""), ("Content-Length: 5\r\n", "hello", "hello"), ("Content-Length: 0\r\n", "", ""),
        ("content-LENGTH: \t 005 \r\n", "hello", "hello"), ("Content-Length: 2\r\nContent-Length: 2\r\n", "hi", "hi"),
        ("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n", "hi"),
        ("transfer-encoding: \tChUnKeD \r\n", "0\r\n\r\n", ""),
    ])
    func frames(fields: String, sent: String, body: String) {
        let transcript = post(fields, sent)
        #expect(transcript.requests.map(\.body) == [body])
        #expect(transcript.rest == 0)
    }

    @Test(arguments: [
        "-1", "+1", "0x5", "5_0", "5.0", "1e2", "abc", "", "5 5", "5, 5", "\"5\"", "5;q=1", "\u{ff15}", "5b",
    ])
    func refusesContentLength(value: String) {
        #expect(post("Content-Length: \(value)\r\n", "hello").error == .invalidContentLength)
    }

    @Test(
        arguments: [
            ("Content-Length: 5\r\nContent-Length: 6\r\n", .conflictingContentLength),
            ("Content-Length: 6\r\nContent-Length: 5\r\n", .conflictingContentLength),
            ("Content-Length: 67108865\r\n", .contentLengthTooLarge(67_108_865, limit: 67_108_864)),
            ("Content-Length: 9223372036854775808\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("Content-Length: 18446744073709551621\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", .contentLengthWithTransferEncoding),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", .contentLengthWithTransferEncoding),
            ("Transfer-Encoding: gzip\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding: chunked, gzip\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding: xchunked\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding: chunked;a=b\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding:\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", .finalCodingNotChunked),
            ("Transfer-Encoding: chunked, chunked\r\n", .repeatedChunkedCoding),
            ("Transfer-Encoding: gzip, chunked\r\n", .unsupportedTransferCoding),
            ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", .unsupportedTransferCoding),
        ] as [(String, HTTPError)])
    func refusesFraming(fields: String, error: HTTPError) {
        #expect(post(fields, "5\r\nhello\r\n0\r\n\r\n").error == error)
    }

    @Test func refusesTransferEncodingInHTTP10() {
        #expect(post("Transfer-Encoding: chunked\r\n", version: "HTTP/1.0").error == .transferEncodingInHTTP10)
    }

    @Test(arguments: [
        (HTTPError.missingHost, 400), (.targetTooLong(limit: 1), 414), (.headTooLarge(limit: 1), 431),
        (.tooManyFields(limit: 1), 431), (.bodyTooLarge(limit: 1), 413), (.tooManyChunks(limit: 1), 413),
        (.unsupportedTransferCoding, 501), (.methodTooLong(limit: 1), 501), (.unsupportedVersion(major: 2), 505),
        (.unsupportedExpectation, 417), (.trailersTooLarge(limit: 1), 431), (.finalCodingNotChunked, 400),
    ])
    func errorsKnowTheirStatus(error: HTTPError, code: Int) {
        #expect(error.status.code == code)
        #expect(error.description.hasSuffix("."))
    }

    @Test func holdsLimits() {
        let method = String(repeating: "A", count: 33)
        let target = "/" + String(repeating: "a", count: 8192)
        let value = String(repeating: "v", count: 32 * 1024)
        let fields = String(repeating: "X: v\r\n", count: 100)
        #expect(run(method).error == .methodTooLong(limit: 32))
        #expect(run("GET \(target)").error == .targetTooLong(limit: 8192))
        #expect(run("GET \(target.dropLast()) HTTP/1.1\r\nHost: a\r\n\r\n").requests.count == 1)
        #expect(run("GET / HTTP/1.1\r\nX: \(value)").error == .headTooLarge(limit: 32 * 1024))
        #expect(run("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n").error == .headTooLarge(limit: 32 * 1024))
        #expect(run("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").error == .tooManyFields(limit: 100))
        #expect(run("GET / HTTP/1.1\r\nHost: a\r\n\(fields.dropFirst(5))\r\n").requests.count == 1)
    }

    /// A slow sender meets the same limits.
    @Test func holdsLimitsByteByByte() {
        func slowly(_ text: String) -> HTTPError? { run(text.utf8.map { [$0] }).error }
        #expect(slowly("GET /" + String(repeating: "a", count: 9000)) == .targetTooLong(limit: 8192))
        #expect(slowly(String(repeating: "A", count: 9000)) == .methodTooLong(limit: 32))
        let value = String(repeating: "v", count: 33 * 1024)
        #expect(slowly("GET / HTTP/1.1\r\nX: \(value)") == .headTooLarge(limit: 32 * 1024))
    }
}
