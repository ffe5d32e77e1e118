import HTTP
import Testing

struct ChunkedDecoderTests {
    private static func decode(
        _ pieces: [[UInt8]], _ limits: HTTPLimits = HTTPLimits()
    ) -> (body: String, complete: Bool, rest: Int, error: HTTPError?) {
        var decoder = ChunkedDecoder(limits: limits)
        var buffer: [UInt8] = []
        for piece in pieces {
            let end = buffer.count
            buffer += piece
            do {
                var span = buffer.mutableSpan
                let progress = try decoder.decode(&span, from: end, to: end)
                if progress.isComplete {
                    return (text(buffer, 0..<progress.written), true, buffer.count - progress.read, nil)
                }
                buffer.removeLast(buffer.count - progress.written)
            } catch {
                return ("", false, 0, error)
            }
        }
        return (text(buffer, 0..<buffer.count), false, 0, nil)
    }

    private static func decode(_ text: String, _ limits: HTTPLimits = HTTPLimits()) -> (
        body: String, complete: Bool, rest: Int, error: HTTPError?
    ) {
        decode([Array(text.utf8)], limits)
    }

    @Test(arguments: [
        "5\r\nhello\r\n0\r\n\r\n", "1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n",
        "00005\r\nhello\r\n000\r\n\r\n", "5;a=b\r\nhello\r\n0;c\r\n\r\n", "5 ; a = \"x;y\"\r\nhello\r\n0\r\n\r\n",
        "5\t;a\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\nX-T: 1\r\nContent-Length: 9\r\nE:\r\n\r\n",
    ])
    func decodesAtEverySplitPoint(coded: String) {
        let bytes = Array(coded.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                let result = Self.decode(pieces)
                #expect(result.body == "hello" && result.complete && result.rest == 0 && result.error == nil)
            }
        }
        let slow = Self.decode(bytes.map { [$0] })
        #expect(slow.body == "hello" && slow.complete)
    }

    @Test func leavesTheNextMessage() {
        #expect(Self.decode("1\r\na\r\n0\r\n\r\nGET").rest == 3)
    }

    @Test(
        arguments: [
            ("x\r\n", .invalidChunkSize), ("\r\n", .invalidChunkSize), (";a\r\n", .invalidChunkSize),
            (" 5\r\n", .invalidChunkSize), ("5 \r\n", .invalidChunkSize), ("5 5\r\n", .invalidChunkSize),
            ("-5\r\n", .invalidChunkSize), ("0x5\r\n", .invalidChunkSize), ("5_0\r\n", .invalidChunkSize),
            ("5\n", .bareLineFeed), ("5\rh", .bareCarriageReturn), ("5;a\nb\r\n", .bareLineFeed),
            ("5;a\rb\r\n", .bareCarriageReturn), ("5;\0\r\n", .invalidChunkExtension),
            ("00000000000000005\r\n", .invalidChunkSize), ("7fffffffffffffff\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("ffffffffffffffff\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("8000000000000000\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("4000001\r\n", .bodyTooLarge(limit: 67_108_864)),
            ("1\r\nab\r\n", .missingChunkEnd), ("1\r\na\n", .missingChunkEnd), ("1\r\na\rb", .missingChunkEnd),
            ("0\r\n\n", .bareLineFeed), ("0\r\n\rx", .bareCarriageReturn),
            ("0\r\nno colon\r\n", .whitespaceBeforeColon),
            ("0\r\nnocolon\r\n", .invalidFieldName(byte: 0x0D)), ("0\r\nX : y\r\n", .whitespaceBeforeColon),
            ("0\r\n X: y\r\n", .obsoleteLineFolding), ("0\r\n: y\r\n", .emptyFieldName),
            ("0\r\nX: \0\r\n", .invalidFieldValue(byte: 0)), ("0\r\nX: y\n", .bareLineFeed),
            ("0\r\nX: y\rz", .bareCarriageReturn),
        ] as [(String, HTTPError)])
    func refuses(coded: String, error: HTTPError) {
        #expect(Self.decode(coded).error == error)
        #expect(Self.decode(Array(coded.utf8).map { [$0] }).error == error)
    }

    @Test func holdsLimits() {
        var limits = HTTPLimits()
        limits.maximumChunkCount = 2
        limits.maximumBodyBytes = 3
        limits.maximumChunkExtensionBytes = 3
        limits.maximumTrailerBytes = 8
        #expect(Self.decode("1\r\na\r\n1\r\nb\r\n0\r\n\r\n", limits).complete)
        #expect(Self.decode("1\r\na\r\n1\r\nb\r\n1\r\n", limits).error == .tooManyChunks(limit: 2))
        #expect(Self.decode("2\r\nab\r\n2\r\n", limits).error == .bodyTooLarge(limit: 3))
        #expect(Self.decode("1;abc\r\na\r\n0;abc\r\n\r\n", limits).complete)
        #expect(Self.decode("1;abcd\r\n", limits).error == .chunkExtensionTooLong(limit: 3))
        #expect(Self.decode("0\r\nX: y\r\n\r\n", limits).complete)
        #expect(Self.decode("0\r\nX: yz\r\n\r\n", limits).error == .trailersTooLarge(limit: 8))
    }
}
