import HTTP
import Testing

struct ResponseSerializerTests {
    private func serialize(_ response: HTTPResponse, _ context: ResponseSerializer.Context = .init()) -> String {
        var serializer = ResponseSerializer()
        serializer.setDate(unixSeconds: 784_111_777)
        var output = Array("before".utf8)
        serializer.append(response, context, to: &output)
        return String(decoding: output.dropFirst(6), as: UTF8.self)
    }

    @Test func writesAWholeResponse() {
        let response = HTTPResponse(
            status: .notFound, contentType: "text/plain", fields: [.init("Allow", "GET")], body: Array("none".utf8))
        let text = serialize(response)
        #expect(
            text == """
                HTTP/1.1 404 Not Found\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Content-Type: text/plain\r
                Content-Length: 4\r
                Allow: GET\r
                \r
                none
                """)
    }

    @Test func leavesContentOutForHead() {
        let text = serialize(HTTPResponse(status: .ok, body: Array("abc".utf8)), .init(isHead: true))
        #expect(text.hasSuffix("\r\nContent-Length: 3\r\n\r\n"))
    }

    @Test(arguments: [HTTPStatus.noContent, .notModified])
    func leavesLengthAndContentOut(status: HTTPStatus) {
        let text = serialize(HTTPResponse(status: status, body: Array("abc".utf8)))
        #expect(!text.contains("Content-Length") && text.hasSuffix("GMT\r\n\r\n"))
    }

    @Test func saysWhatBecomesOfTheConnection() {
        let response = HTTPResponse(status: .ok)
        #expect(serialize(response, .init(closes: true)).contains("\r\nConnection: close\r\n"))
        #expect(serialize(response, .init(announcesKeepAlive: true)).contains("\r\nConnection: keep-alive\r\n"))
        #expect(serialize(response, .init(closes: true, announcesKeepAlive: true)).contains("Connection: close"))
        #expect(!serialize(response).contains("Connection"))
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func noByteOfAValueEndsALine(byte: UInt8) {
        let value = "abcdefgh" + String(decoding: [byte], as: UTF8.self) + "X-Evil: 1"
        let text = serialize(HTTPResponse(status: .ok, contentType: value, fields: [.init("X", value)]))
        #expect(text.utf8.filter { $0 == 0x0A }.count == 6 && text.utf8.filter { $0 == 0x0D }.count == 6)
        #expect(!text.utf8.contains(0))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
        (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func formatsDates(seconds: Int, text: String) {
        #expect(HTTPDate.format(unixSeconds: seconds) == text)
    }

    @Test(arguments: [100, 200, 201, 202, 204, 304, 400, 404, 405, 408, 413, 414, 417, 431, 500, 501, 503, 505, 599])
    func statusesHavePhrases(code: Int) {
        #expect(!HTTPStatus(code: code).phrase.isEmpty)
    }

    @Test func writesTheHeadOfAStream() {
        let response = HTTPResponse(status: .ok, contentType: "text/event-stream", fields: [.init("X-A", "b")])
        var output: [UInt8] = []
        let serializer = ResponseSerializer()
        serializer.appendHead(response, .init(), isChunked: true, to: &output)
        #expect(
            String(decoding: output, as: UTF8.self) == "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                + "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n")
        output = []
        serializer.appendHead(response, .init(closes: true), isChunked: false, to: &output)
        #expect(String(decoding: output, as: UTF8.self).hasSuffix("X-A: b\r\nConnection: close\r\n\r\n"))
    }

    @Test(arguments: [(0, ""), (1, "1\r\nx\r\n"), (16, "10\r\nxxxxxxxxxxxxxxxx\r\n")])
    func writesChunks(count: Int, text: String) {
        var output: [UInt8] = []
        ResponseSerializer.appendChunk([UInt8](repeating: UInt8(ascii: "x"), count: count), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }
}
