import Preprocessing
import Testing

struct Base64Tests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func readsAndWritesTheStandardsExamples(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(String(encoded.prefix { $0 != "=" })) == Array(text.utf8))
    }

    @Test func readsAllBytes() {
        let bytes = (0...255).map { UInt8($0) }
        for count in 253...256 {
            #expect(Base64.decode(Base64.encode(Array(bytes[..<count]))) == Array(bytes[..<count]))
        }
    }

    @Test(arguments: ["Z", "Zg=", "Zm9v=", "Zg===", "Zm 9v", "Zm9v\n", "Zh==", "Zm9", "====", "=", "Zm-v"])
    func refusesOtherTexts(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
