import JSON
import Testing

struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "-12", "0.5", "\"a\\nb\"", "[]", "{}", "[1,[2,{\"a\":[]}]]", "{\"b\":1,\"a\":{\"c\":null}}",
    ])
    func writesWhatItRead(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func aMemberThatComesTwiceIsRefused() {
        #expect(throws: FieldError(path: "a.b", expected: "one member of that name", found: "two")) {
            try JSONValue(parsing: "{\"a\": {\"b\": 1, \"b\": 2}}")
        }
    }

    @Test func deepNestingIsRefused() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.nestedTooDeep(offset: 32, limit: 32)) { try JSONValue(parsing: text) }
    }

    @Test func fieldsNameWhatIsWrong() throws {
        let value = try JSONValue(parsing: "{\"rate\": 2, \"name\": \"adam\", \"extra\": 1, \"sizes\": [1, \"b\"]}")
        var fields = try JSONFields(value, path: "optimizer")
        #expect(throws: FieldError(path: "optimizer.rate", expected: "a number in 0.0...1.0", found: "2")) {
            try fields.number("rate", in: 0...1)
        }
        #expect(throws: FieldError(path: "optimizer.sizes[1]", expected: "an integer in 0...9", found: "\"b\"")) {
            try fields.integers("sizes", in: 0...9)
        }
        #expect(try fields.string("name") == "adam")
        #expect(try fields.bool("missing") == nil)
        #expect(throws: FieldError.self) { try fields.finish() }
    }
}
