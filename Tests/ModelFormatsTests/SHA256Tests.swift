import Testing
import TestSupport

@testable import ModelFormats

struct SHA256Tests {
    /// NIST's examples for FIPS 180-4, and the lengths around the end of a block.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
        (String(repeating: "x", count: 55), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"),
        (String(repeating: "x", count: 56), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"),
        (String(repeating: "x", count: 63), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"),
        (String(repeating: "x", count: 64), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"),
        (String(repeating: "x", count: 65), "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"),
    ])
    func givesTheStandardsDigests(text: String, expected: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).hexadecimal == expected)
    }

    @Test func givesTheDigestOfAMillionLetters() {
        var digest = SHA256()
        for _ in 0..<1000 { digest.update(String(repeating: "a", count: 1000)) }
        #expect(
            digest.finish().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func doesNotDependOnThePieces() throws {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let expected = SHA256.digest(of: bytes)
        for cut in 0...bytes.count {
            var digest = SHA256()
            digest.update(Array(bytes[..<cut]))
            _ = digest.finish()
            digest.update(Array(bytes[cut...]))
            #expect(digest.finish() == expected)
        }
        let directory = TemporaryDirectory()
        directory.write(bytes, to: "file")
        #expect(try SHA256.digest(ofFile: directory.path + "/file") == expected)
    }
}
