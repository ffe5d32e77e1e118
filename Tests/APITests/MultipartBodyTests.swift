import Testing

@testable import API

/// Bodies of multipart/form-data.
struct MultipartBodyTests {
    private static let text =
        "lines for nobody\r\n--b-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
        + "Content-Type: image/png\r\n\r\n\u{1}\r\n--b-2\r\n\r\n--b-1  \r\n\r\n\r\n--b-1\r\ncontent-type:text/csv\r\n\r\n1,2"
        + "\r\n--b-1--\r\nand behind it"

    private func parts(_ text: String, boundary: String = "b-1", limit: Int = 9) throws(APIError) -> [MultipartBody
        .Part]
    {
        try MultipartBody(Array(text.utf8), boundary: boundary, limit: limit).parts
    }

    @Test func aBodyIsCutIntoItsParts() throws {
        let parts = try parts(Self.text)
        #expect(parts.map(\.mediaType) == ["image/png", "", "text/csv"])
        #expect(parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["\u{1}\r\n--b-2\r\n", "", "1,2"])
    }

    @Test func aBodyThatEndsEarlyIsRefused() throws {
        let bytes = Array(Self.text.utf8)
        let end = bytes.count - "\r\nand behind it".utf8.count
        for count in 0..<end {
            #expect(throws: APIError.self) { try parts(String(decoding: bytes[..<count], as: UTF8.self)) }
        }
        #expect(try parts(String(decoding: bytes[..<end], as: UTF8.self)).count == 3)
    }

    @Test(arguments: ["", "--", "--b-1", "--b-1\r\n", "--b-1\r\nx\r\n--b-1--"])
    func whatIsNoMultipartIsRefused(text: String) {
        #expect(throws: APIError.self) { try parts(text) }
    }

    @Test func thereMayBeNoPartsButNotTooMany() throws {
        #expect(try parts("--b-1--").isEmpty)
        do throws(APIError) {
            _ = try parts(Self.text, limit: 2)
            Issue.record("a third part was taken")
        } catch {
            #expect(error.statusAndCode.1 == "too_many_rows")
        }
    }

    @Test(
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data;charset=x; Boundary=\"a b\"", "a b"),
            ("multipart/form-data; boundary=\"a;b\\\"c\"; charset=x", "a;b\"c"),
            ("multipart/form-data; boundary=", nil), ("multipart/form-data", nil),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), nil),
        ] as [(String, String?)])
    func theBoundaryStandsInTheContentType(type: String, expected: String?) {
        #expect((try? MultipartBody.boundary(type)) == expected)
    }
}
