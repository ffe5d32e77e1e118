import HTTP
import Testing

struct ConnectionStateMachineTests {
    private static let get = "GET /a?b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n"
    private static let post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    private static let chunked =
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n"
    private static let http10 = "HEAD / HTTP/1.0\r\n\r\n"

    static let streams = [
        get, post, chunked, "\r\n" + get, get + post + chunked, chunked + chunked + get, post + "\r\n" + http10,
        get + "B@D / HTTP/1.1\r\n\r\n", post + "GET / HTTP/1.1\r\n\r\n", chunked + "GET / HT",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ]

    /// However the bytes are cut, the same comes out.
    @Test(arguments: streams)
    func decidesAlikeAtEverySplitPoint(stream: String) {
        let bytes = Array(stream.utf8)
        let whole = run([bytes])
        for cut in 0...bytes.count {
            #expect(run([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
        }
        #expect(run(bytes.map { [$0] }) == whole)
    }

    @Test func deliversPipelinedRequestsInOrder() {
        let transcript = run(Self.get + Self.post + Self.chunked + Self.get)
        #expect(transcript.requests.map(\.path) == ["/a", "/p", "/c", "/a"])
        #expect(transcript.requests.map(\.body) == ["", "hello", "abcde", ""])
        #expect(transcript.error == nil && transcript.rest == 0)
    }

    @Test func answersGoodRequestsBeforeABadOne() {
        let transcript = run(Self.get + Self.get + "B@D / HTTP/1.1\r\n\r\n")
        #expect(transcript.requests.count == 2)
        #expect(transcript.error == .invalidMethod(byte: 0x40))
    }

    @Test func asksForTheBodyOnceAndOnlyIfNothingOfItHasCome() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-CONTINUE\r\n\r\n"
        #expect(run([Array(head.utf8), Array("hi".utf8)]).continues == 1)
        #expect(run(head + "hi").continues == 0)
        let http10 = head.replacing("HTTP/1.1", with: "HTTP/1.0")
        #expect(run([Array(http10.utf8), Array("hi".utf8)]).continues == 0)
        #expect(run("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n").continues == 0)
    }

    @Test func refusesALargeBodyBeforeItAsksForIt() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n"
        let transcript = run(head)
        #expect(transcript.error == .contentLengthTooLarge(1_073_741_824, limit: 67_108_864))
        #expect(transcript.continues == 0)
    }

    @Test func saysHowMuchIsKnownToCome() {
        var machine = ConnectionStateMachine(limits: HTTPLimits())
        var bytes = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc".utf8)
        let head = bytes.count - 3
        var span = bytes.mutableSpan
        #expect(machine.advance(&span) == .expectBody(awaitsContinue: false))
        #expect(machine.advance(&span) == .needMore(keep: head + 3, capacity: head + 100))
        #expect(machine.isReadingBody && machine.isMidRequest)
    }

    @Test(arguments: [post + get, chunked + get, chunked + post, post + post + "\r\n" + get])
    func findsTheEndOfADroppedBodyAtEverySplitPoint(stream: String) {
        let bytes = Array(stream.utf8)
        let whole = run(stream).requests.map(\.path)
        for cut in 1..<bytes.count {
            let transcript = run([Array(bytes[..<cut]), Array(bytes[cut...])], drops: { $0 != "/a" })
            // A body of known length that came with its head is delivered.
            let paths = transcript.requests.map(\.path) + transcript.dropped
            #expect(paths.sorted() == whole.sorted())
            #expect(transcript.rest == 0 && transcript.error == nil)
        }
        let single = run(bytes.map { [$0] }, drops: { $0 != "/a" })
        #expect(single.requests.map(\.path) == whole.filter { $0 == "/a" })
        #expect(single.dropped == whole.filter { $0 != "/a" })
    }

    @Test func passesOverWhatWasDroppedUnseen() {
        var machine = ConnectionStateMachine(limits: HTTPLimits())
        var head = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n".utf8)
        var span = head.mutableSpan
        #expect(machine.advance(&span) == .expectBody(awaitsContinue: false))
        #expect(machine.unwantedBytes == 0)
        machine.dropBody()
        #expect(machine.unwantedBytes == 10 && machine.isDroppingBody && machine.isReadingBody)
        machine.passOver(4)
        #expect(machine.unwantedBytes == 6)
        var rest = Array("789xyzGET".utf8)
        span = rest.mutableSpan
        #expect(machine.advance(&span) == .drop(count: 6))
        #expect(machine.unwantedBytes == 0 && !machine.isDroppingBody && !machine.isMidRequest)
    }

    @Test func abandonsADroppedBodyThatIsMalformed() {
        let head = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let transcript = run([Array((head + "3\r\nabcd\r\n").utf8)], drops: { _ in true })
        #expect(transcript.isAbandoned && transcript.error == nil && transcript.dropped == ["/c"])
        var limits = HTTPLimits()
        limits.maximumBodyBytes = 2
        #expect(run([Array((head + "3\r\n").utf8)], limits: limits, drops: { _ in true }).isAbandoned)
    }

    @Test func staysRefused() {
        var machine = ConnectionStateMachine(limits: HTTPLimits())
        var bytes = Array("HEAD / HTTP/1.1\r\n\r\n".utf8)
        var span = bytes.mutableSpan
        #expect(machine.advance(&span) == .refuse(.missingHost))
        #expect(machine.advance(&span) == .refuse(.missingHost))
        #expect(machine.answersHead)
    }
}
