import HTTP
import Testing

struct RequestParserTests {
    @Test func readsRequestLineAndFields() {
        let transcript = run("POST /v1/m%20x?a=b&c HTTP/1.1\r\nHost: a:80\r\nX-A:\t b c \t\r\nEmpty:\r\n\r\n")
        #expect(
            transcript.requests == [
                ParsedRequest(
                    method: .post, path: "/v1/m%20x", query: "a=b&c", fields: ["Host=a:80", "X-A=b c", "Empty="],
                    body: "", keepAlive: true)
            ])
        #expect(transcript.error == nil && transcript.rest == 0)
    }

    @Test(arguments: HTTPMethod.allCases)
    func knowsMethodsInUpperCaseOnly(method: HTTPMethod) {
        let name = method == .other ? "BREW" : method.name
        let target = method == .connect ? "a:1" : "/"
        #expect(run("\(name) \(target) HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.method == method)
        #expect(run("\(name.lowercased()) / HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.method == .other)
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/?", "/", ""), ("/a?b?c/d", "/a", "b?c/d"), ("//a/../b", "//a/../b", nil),
            ("http://h/p?q", "/p", "q"), ("HTTP://h:1/p", "/p", nil), ("https://h", "", nil),
            ("http://[::1]:80?x", "", "x"),
            ("/!$&'()*+,;=:@-._~%41%ff", "/!$&'()*+,;=:@-._~%41%ff", nil),
        ] as [(String, String, String?)])
    func splitsTargets(target: String, path: String, query: String?) {
        let request = run("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").requests.first
        #expect(request?.path == path)
        #expect(request?.query == query)
    }

    @Test func takesAsteriskForOptionsOnly() {
        #expect(run("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").requests.first?.path == "*")
        #expect(run("GET * HTTP/1.1\r\nHost: a\r\n\r\n").error?.status == .badRequest)
    }

    @Test(arguments: [
        "foo", "", "/a b", "/#f", "/%zz", "/%1", "/%", "/\u{7f}", "/\u{e9}", "\\x", "/<", "/{", "/[", "h:80", "http:",
        "http:///p", "http://u@h/", "http://h:8x/", "http://[::1/", "ftp://h/",
    ])
    func refusesTargets(target: String) {
        #expect(run("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").error?.status == .badRequest)
    }

    @Test(
        arguments: [
            ("HTTP/1.0", true, nil), ("HTTP/1.1", true, nil), ("HTTP/1.9", true, nil),
            ("HTTP/2.0", false, .unsupportedVersion(major: 2)), ("HTTP/0.9", false, .unsupportedVersion(major: 0)),
            ("HTTP/1.10", false, .invalidVersion), ("http/1.1", false, .invalidVersion),
            ("HTTP/1.", false, .invalidVersion),
            ("HTTP/11", false, .invalidVersion), ("HTTP/", false, .invalidVersion), ("", false, .invalidVersion),
            ("HTTP/1.1 ", false, .invalidVersion), ("FTP/1.1", false, .invalidVersion),
        ] as [(String, Bool, HTTPError?)])
    func checksVersion(version: String, accepted: Bool, error: HTTPError?) {
        let transcript = run("GET / \(version)\r\nHost: a\r\n\r\n")
        #expect(transcript.requests.isEmpty == !accepted)
        #expect(transcript.error == error)
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\n\n", .invalidVersion), ("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
            ("GET /\r\n\r\n", .missingVersion), ("GET\r\n\r\n", .missingTarget), ("GET \r\n\r\n", .missingTarget),
            ("GET  / HTTP/1.1\r\n\r\n", .missingTarget), (" GET / HTTP/1.1\r\n\r\n", .invalidMethod(byte: 0x20)),
            ("\nGET / HTTP/1.1\r\n\r\n", .bareLineFeed), ("\rGET", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", .whitespaceBeforeColon),
            ("GET / HTTP/1.1\r\nHost: a\r\nX\t: b\r\n\r\n", .whitespaceBeforeColon),
            ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", .obsoleteLineFolding),
            ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .obsoleteLineFolding),
            ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .emptyFieldName),
            ("GET / HTTP/1.1\r\nHost: a\r\nab\r\n\r\n", .invalidFieldName(byte: 0x0D)),
            ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\n\rx", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\n\r\n", .missingHost), ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", .repeatedHost),
            ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", .unsupportedExpectation),
        ] as [(String, HTTPError)])
    func refusesHeads(message: String, error: HTTPError) {
        #expect(run(message).error == error)
    }

    @Test(arguments: [
        "a", "a:80", "a:", "", "127.0.0.1", "[::1]", "[::1]:80", "[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1::]",
        "a%41b",
        "my_host", "localhost.",
    ])
    func acceptsHosts(host: String) {
        #expect(run("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").requests.count == 1)
    }

    @Test(arguments: [
        "a b", "a/b", "u@a", "http://a", "a:8o", "a:80:80", "[::1", "[zz]", "[]", "[:1]", "[1:2:3:4:5:6:7:8:9]",
        "[1::2::3]",
        "[1:2:3:4:5:6:7:8::]", "[12345::]", "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.4]", "[1:]", "[::1]x", "a\\b",
        "a?b",
        "a%zz", "<a>", "\u{e9}",
    ])
    func refusesHosts(host: String) {
        #expect(run("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").error == .invalidHost)
    }

    @Test(
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["close"], false), ("HTTP/1.1", ["x , CLOSE"], false),
            ("HTTP/1.1", ["keep-alive", "close"], false), ("HTTP/1.0", [], false), ("HTTP/1.0", ["Keep-Alive"], true),
            ("HTTP/1.0", ["keep-alive, close"], false), ("HTTP/1.1", ["closed"], true),
        ] as [(String, [String], Bool)])
    func decidesKeepAlive(version: String, connection: [String], keepAlive: Bool) {
        let fields = connection.map { "Connection: \($0)\r\n" }.joined()
        #expect(run("GET / \(version)\r\nHost: a\r\n\(fields)\r\n").requests.first?.keepAlive == keepAlive)
    }

    @Test func skipsEmptyLinesUpToALimit() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(run("\r\n\r\n" + request + "\r\n" + request).requests.count == 2)
        #expect(run(String(repeating: "\r\n", count: 9) + request).error == .tooManyEmptyLines(limit: 8))
    }

    @Test func findsFieldsWithoutCase() throws {
        let bytes = Array("GET / HTTP/1.1\r\nhOsT: a\r\nX-A: 1\r\nx-a: 2\r\n\r\n".utf8)
        var parser = RequestParser(limits: HTTPLimits())
        #expect(try parser.parse(bytes.span) == bytes.count)
        #expect(parser.head.value(of: "host", in: bytes.span).map { text(bytes, $0) } == "a")
        #expect(parser.head.value(of: "x-a", in: bytes.span).map { text(bytes, $0) } == "1")
        #expect(parser.head.value(of: "x-b", in: bytes.span) == nil)
    }
}
