import JSON
import Testing

struct JSONErrorTests {
    @Test(arguments: [
        ("{\"instances\": [1", "truncated: the document ends at byte 16 inside an array; expected ',' or ']'"),
        ("[", "truncated: the document ends at byte 1 inside an array; expected a value or ']'"),
        ("[1,", "truncated: the document ends at byte 3 inside an array; expected a value"),
        ("{\"a\":1", "truncated: the document ends at byte 6 inside an object; expected ',' or '}'"),
        ("{", "truncated: the document ends at byte 1 inside an object; expected a key in double quotes or '}'"),
        ("", "truncated: the document ends at byte 0; expected a value"),
        ("\"ab", "truncated: the document ends at byte 3 inside a string; expected '\"'"),
        ("-", "truncated: the document ends at byte 1 inside a number; expected a digit"),
        ("[tru", "truncated: the document ends at byte 4 inside a word; expected true, false or null"),
        ("[1 2]", "byte 3: found '2' inside an array; expected ',' or ']'"),
        ("[1,]", "byte 3: found ']' inside an array; expected a value"),
        ("{\"a\" 1}", "byte 5: found '1' inside an object; expected ':' after the key"),
        ("{'a':1}", "byte 1: found ''' inside an object; expected a key in double quotes or '}'"),
        ("{\"a\":1,}", "byte 7: found '}' inside an object; expected a key in double quotes"),
        ("[é]", "byte 1: found 'é' inside an array; expected a value"),
        ("[\u{1}]", "byte 1: found 0x01 inside an array; expected a value"),
        ("1 x", "byte 2: 'x' is not a JSON value"),
        ("1 ]", "byte 2: found ']'; expected the end of the document"),
        ("[NaN]", "byte 1: 'NaN' is not a JSON value"),
        ("[-Infinity]", "byte 1: '-Infinity' is not a JSON value"),
        ("[True]", "byte 1: 'True' is not a JSON value"),
        ("01", "byte 0: a number must not start with a superfluous 0"),
        ("1.x", "byte 2: found 'x' inside a number; expected a digit after the decimal point"),
        ("\"a\tb\"", "byte 2: control character 0x09 inside a string; write it as an escape"),
        (
            "\"\\q\"",
            "byte 2: 'q' does not follow a backslash in JSON; "
                + "expected one of \" \\ / b f n r t, or u and four hexadecimal digits"
        ),
        ("\"a\\ud800\"", "byte 2: the \\u escape is half of a surrogate pair"),
        ("\u{FEFF}{}", "byte 0: the document starts with a UTF-8 byte-order mark (EF BB BF); send JSON without it"),
    ])
    func texts(_ document: String, _ text: String) {
        #expect(errorText(Array(document.utf8)) == text)
    }

    @Test func otherTexts() {
        #expect(errorText([0x5B, 0xFF]) == "byte 1: found 0xFF inside an array; expected a value")
        #expect(errorText([0x22, 0xFF]) == "byte 1: the string is not UTF-8")
        #expect(
            "\(JSONError.mismatch(offset: 4, expected: "a string", found: .object))"
                == "byte 4: expected a string, found an object")
        #expect(
            "\(JSONError.outOfRange(offset: 4, number: "1e309", type: "float64"))"
                == "byte 4: the number 1e309 does not fit in float64")
    }

    @Test func nesting() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = String(repeating: open, count: 64) + "1" + String(repeating: close, count: 64)
            try validate(Array(deep.utf8))
            for depth in [65, 100, 100_000] {
                let tooDeep = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                #expect(throws: JSONError.nestedTooDeep(offset: 64 * open.utf8.count, limit: 64)) {
                    try validate(Array(tooDeep.utf8))
                }
            }
        }
        #expect("\(JSONError.nestedTooDeep(offset: 64, limit: 64))" == "byte 64: nested deeper than 64 levels")
        #expect(throws: JSONError.nestedTooDeep(offset: 2, limit: 2)) {
            try withExactBytes(Array("[[[1]]]".utf8)) { bytes in
                var reader = JSONReader(bytes, maximumDepth: 2)
                try reader.skipValue()
            }
        }
    }
}
