import HTTP
import Testing

/// Every byte value in every kind of place, against the ABNF written out once more.
struct RequestGrammarTests {
    /// tchar (RFC 9110 §5.6.2)
    private static let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    /// pchar without pct-encoded, and "/" (RFC 3986 §3.3)
    private static let path = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/".utf8)

    private func error(_ before: String, _ byte: UInt8, _ after: String) -> HTTPError? {
        run([Array(before.utf8) + [byte] + Array(after.utf8)]).error
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func methodIsAToken(byte: UInt8) {
        // A space ends the method; what follows it is no target.
        let isLegal = Self.token.contains(byte)
        #expect((error("GE", byte, "T / HTTP/1.1\r\nHost: a\r\n\r\n") == nil) == isLegal)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func pathIsMadeOfPathCharacters(byte: UInt8) {
        let isLegal = Self.path.contains(byte) || byte == UInt8(ascii: "?")
        #expect((error("GET /a", byte, "b HTTP/1.1\r\nHost: a\r\n\r\n") == nil) == isLegal)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func queryIsMadeOfQueryCharacters(byte: UInt8) {
        let isLegal = Self.path.contains(byte) || byte == UInt8(ascii: "?")
        #expect((error("GET /?a", byte, "b HTTP/1.1\r\nHost: a\r\n\r\n") == nil) == isLegal)
    }

    /// The byte stands at each of eight offsets, because the parser looks at eight bytes at a time.
    @Test(arguments: UInt8.min...UInt8.max)
    func fieldNameIsAToken(byte: UInt8) {
        // A colon ends the name early, which is legal.
        let isLegal = Self.token.contains(byte) || byte == UInt8(ascii: ":")
        for offset in 1...8 {
            for tail in ["Y: b", "y-Z0123456789: b"] {
                let before = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "n", count: offset)
                #expect((error(before, byte, tail + "\r\n\r\n") == nil) == isLegal)
            }
        }
    }

    /// As above.
    @Test(arguments: UInt8.min...UInt8.max)
    func fieldValueHoldsNoControls(byte: UInt8) {
        let isLegal = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
        for offset in 0..<8 {
            for tail in ["", "0123456789abcdef"] {
                let before = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: offset)
                let found = error(before, byte, tail + "\r\n\r\n")
                #expect((found == nil) == isLegal)
            }
        }
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func contentLengthIsMadeOfDigits(byte: UInt8) {
        // White space after the number is not part of it.
        let isLegal = (0x30...0x39).contains(byte) || byte == 0x20 || byte == 0x09
        #expect((error("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1", byte, "\r\n\r\n") == nil) == isLegal)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func chunkSizeIsMadeOfHexadecimalDigits(byte: UInt8) {
        let isLegal = Set("0123456789abcdefABCDEF;".utf8).contains(byte)
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1"
        #expect((error(head, byte, "\r\n") == nil) == isLegal)
    }
}
