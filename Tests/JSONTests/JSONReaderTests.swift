import JSON
import Testing

struct JSONReaderTests {
    @Test func readsAnObject() throws {
        let document =
            #" {"name" : "a\"b\\\/\b\f\n\r\té\u00e9\ud83d\ude00😀", "n": -12, "u":18446744073709551615, "#
            + #""d":1.5e3,"f":0.1,"t":true,"f2":false,"nil":null,"list":[1,[],{}, "x"],"empty":{}} "#
        try reading(document) { reader in
            var seen: [String] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "name": #expect(try reader.readString() == "a\"b\\/\u{8}\u{C}\n\r\té\u{E9}😀😀")
                case "n": #expect(try reader.readInt() == -12)
                case "u": #expect(try reader.readUInt64() == .max)
                case "d": #expect(try reader.readDouble() == 1500)
                case "f": #expect(try reader.readFloat() == 0.1)
                case "t": #expect(try reader.readBool())
                case "f2": #expect(try !reader.readBool())
                case "nil": #expect(try reader.readNullIfPresent())
                default: #expect(!(try reader.skipValue()).isEmpty)
                }
                seen.append(key)
            }
            try reader.finish()
            #expect(seen == ["name", "n", "u", "d", "f", "t", "f2", "nil", "list", "empty"])
        }
    }

    @Test func peekTellsTheKindAndReadsNothing() throws {
        let kinds: [(String, JSONKind)] = [
            ("null", .null), ("true", .bool), ("false ", .bool), ("-1", .number), ("0", .number), ("\"\"", .string),
            (" [", .array), ("{", .object),
        ]
        for (document, kind) in kinds {
            #expect(try reading(document) { try ($0.peek(), $0.peek()) } == (kind, kind))
        }
    }

    @Test func skipValueAnswersTheBytes() throws {
        let range = try reading("  [1, {\"a\":2}]  ") { try $0.skipValue() }
        #expect(range == 2..<14)
    }

    @Test func aCopyIsAMark() throws {
        try reading("[1,2]") { reader in
            try reader.beginArray()
            #expect(try reader.nextElement())
            var mark = reader
            #expect(try reader.readInt() == 1)
            #expect(try mark.readInt() == 1)
        }
    }

    @Test(arguments: [
        "", " ", "[", "[1", "[1,", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1,]", "{\"a\":1,}", "[,1]",
        "[1 2]", "{1:2}", "{a:1}", "{'a':1}", "nul", "nulls", "truefalse", "True", "01", "-01", "1.", ".5", "+1",
        "1e", "1e+", "-", "0x10", "1_000", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"",
        "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\t\"", "\"\n\"", "\"\u{0}\"", "1 2",
        "[]]", "{}}", "[}", "{]", "// c\n1", "/* */1", "[1;2]", "NaN", "-Infinity", "\u{A0}1", "\u{C}1", "1\u{0}",
    ])
    func refuses(_ document: String) {
        #expect(throws: JSONError.self) { try validate(Array(document.utf8)) }
    }

    @Test(arguments: [
        "0", "-0", "-0.0e-0", "1E+5", "\"\"", "[]", "{}", "[[],{}]", "\t\r\n 1 \t\r\n", "{\"a\":1,\"a\":2}",
        "\"\u{7F}\u{2028}\u{10FFFF}\u{E000}\"", "\"\\u0000\\uFFFF\"", "1e400", "[1e-400]",
    ])
    func accepts(_ document: String) throws {
        try validate(Array(document.utf8))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func refusesBadUTF8(_ sequence: [UInt8]) {
        for padding in 0..<10 {
            let prefix = Array(repeating: UInt8(ascii: "a"), count: padding)
            let document = [0x22] + prefix + sequence + prefix + [0x22]
            #expect(throws: JSONError.invalidUTF8(offset: 1 + padding)) { try validate(document) }
        }
    }

    @Test func everyScalarInAStringComesBack() throws {
        var scalars = String.UnicodeScalarView()
        for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 37) {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            scalars.append(scalar)
        }
        let text = String(scalars)
        #expect(try reading("\"" + text + "\"") { try $0.readString() } == text)
    }

    @Test func wrongKindsAreNamed() {
        #expect(throws: JSONError.mismatch(offset: 1, expected: "a string", found: .number)) {
            try reading(" 1") { try $0.readString() }
        }
        #expect(throws: JSONError.mismatch(offset: 0, expected: "an object", found: .array)) {
            try reading("[]") { try $0.beginObject() }
        }
        #expect(throws: JSONError.outOfRange(offset: 0, number: "1.5", type: "a 64-bit integer")) {
            try reading("1.5") { try $0.readInt() }
        }
        #expect(throws: JSONError.outOfRange(offset: 0, number: "-1", type: "a 64-bit integer ≥ 0")) {
            try reading("-1") { try $0.readUInt64() }
        }
        #expect(throws: JSONError.outOfRange(offset: 0, number: "1e39", type: "float32")) {
            try reading("1e39") { try $0.readFloat() }
        }
        #expect(throws: JSONError.outOfRange(offset: 0, number: "1e309", type: "float64")) {
            try reading("1e309") { try $0.readDouble() }
        }
    }
}
