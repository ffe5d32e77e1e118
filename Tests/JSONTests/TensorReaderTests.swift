import JSON
import Testing

struct TensorReaderTests {
    /// A nested list of the sizes, counting up from `next`.
    static func nested(_ sizes: [Int], next: inout Int) -> String {
        guard let size = sizes.first else {
            next += 1
            return "\(next - 1)"
        }
        var parts: [String] = []
        for _ in 0..<size { parts.append(nested(Array(sizes.dropFirst()), next: &next)) }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    static func nested(_ sizes: [Int]) -> String {
        var next = 0
        return nested(sizes, next: &next)
    }

    @Test(
        arguments: [
            ([28, 28, 1], [28, 28, 1]), ([28, 28, 1], [28, 28]), ([28, 28, 1], [784]), ([50, 1], [50, 1]),
            ([50, 1], [50]),
            ([1], [1]), ([1], []), ([], []), ([1, 1], [1, 1]), ([1, 1], [1]), ([1, 1], []), ([nil, 1], [7, 1]),
            ([nil, 1], [7]), ([nil], [5]), ([nil, 3], [4, 3]), ([nil, nil, 2], [2, 3, 2]), ([1, 28, 28], [1, 28, 28]),
            ([1, 28, 28], [784]), ([2, 3, 1, 1], [2, 3, 1, 1]), ([2, 3, 1, 1], [2, 3, 1]), ([2, 3, 1, 1], [2, 3]),
            ([2, 3, 1, 1], [6]), ([3], [3]), ([2, 1, 2], [2, 1, 2]), ([2, 1, 2], [4]),
            ([1, 1, 1, 1, 1, 1, 1, 1], [1, 1]),
            ([2, 2, 2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 2, 2]),
        ] as [([Int?], [Int])])
    func forms(_ shape: [Int?], _ form: [Int]) throws {
        let count = form.reduce(1, *)
        let tensor = try readRows("[\(Self.nested(form)),\n\(Self.nested(form)) ]", shape)
        let sizes = shape.indices.map { shape[$0] ?? form[$0] }
        let row = (0..<count).map(Float.init)
        #expect(tensor == ReadTensor(rows: 2, shape: sizes, elements: row + row))
    }

    @Test func eachRowChoosesItsForm() throws {
        let tensor = try readRows("[[1,2,3,4],[[5,6],[7,8]],[[[9],[10]],[ [ 11 ] , [12]]]]", [2, 2, 1])
        #expect(tensor == ReadTensor(rows: 3, shape: [2, 2, 1], elements: (1...12).map(Float.init)))
    }

    @Test(
        arguments: [
            ([28, 28, 1], "[]", "instances: expected a non-empty list, got an empty list"),
            ([2], "\"abc\"", "instances: expected a non-empty list, got the string \"abc\""),
            ([2], "3", "instances: expected a non-empty list, got the number 3"),
            ([2], "{}", "instances: expected a non-empty list, got an object"),
            ([2], "null", "instances: expected a non-empty list, got null"),
            ([3], "[[1,2,\"abc\"]]", "instances[0][2]: expected a number, got the string \"abc\""),
            ([3], "[[1,2,null]]", "instances[0][2]: expected a number, got null"),
            ([3], "[[1,2,true]]", "instances[0][2]: expected a number, got true"),
            ([3], "[[1,false]]", "instances[0][1]: expected a number, got false"),
            ([3], "[[1,{}]]", "instances[0][1]: expected a number, got an object"),
            ([3], "[[1,[2]]]", "instances[0][1]: expected a number, got a list"),
            ([3], "[[[1]]]", "instances[0][0]: expected a number, got a list"),
            ([3], "[[1,2,3],[1,2]]", "instances[1]: expected 3 numbers, got 2"),
            ([3], "[[1,2,3,4,\"x\",[5]]]", "instances[0]: expected 3 numbers, got 6"),
            ([3], "[[]]", "instances[0]: expected 3 numbers, got 0"),
            ([3], "[7]", "instances[0]: expected a list of 3 numbers, got the number 7"),
            ([3], "[[1,NaN,3]]", "instances[0][1]: NaN is not a JSON number; expected a finite number"),
            ([3], "[[1,nan,3]]", "instances[0][1]: nan is not a JSON number; expected a finite number"),
            ([3], "[[Infinity]]", "instances[0][0]: Infinity is not a JSON number; expected a finite number"),
            ([3], "[[1,2,-Infinity]]", "instances[0][2]: -Infinity is not a JSON number; expected a finite number"),
            ([1], "[1,NaN]", "instances[1]: NaN is not a JSON number; expected a finite number"),
            ([1], "[-Infinity]", "instances[0]: -Infinity is not a JSON number; expected a finite number"),
            ([3], "[[1,1e39]]", "instances[0][1]: 1e39 does not fit in float32"),
            ([1], "[-1e39]", "instances[0]: -1e39 does not fit in float32"),
            ([1, 1], "[[[1e39]]]", "instances[0][0][0]: 1e39 does not fit in float32"),
            ([1], "[[1,2]]", "instances[0]: expected 1 number, got 2"),
            ([1], "[\"a\"]", "instances[0]: expected a number, got the string \"a\""),
            ([], "[[1]]", "instances[0]: expected a number, got a list"),
            ([2, 1], "[[[1],[2,3]]]", "instances[0][1]: expected 1 number, got 2"),
            ([2, 1], "[[[1],[]]]", "instances[0][1]: expected 1 number, got 0"),
            ([2, 1], "[[[1],2]]", "instances[0][1]: expected a list of 1 number, got the number 2"),
            ([2, 1], "[[1,[2]]]", "instances[0][1]: expected a number, got a list"),
            ([2, 2], "[[[1,2],3]]", "instances[0][1]: expected a list of 2 numbers, got the number 3"),
            ([2, 2], "[[[1,2],[3]]]", "instances[0][1]: expected 2 numbers, got 1"),
            ([2, 2], "[[[1,2]]]", "instances[0]: expected a list of 2 rows or a flat list of 4 numbers, got 1 row"),
            (
                [2, 2], "[[[1,2],[3,4],[5,6]]]",
                "instances[0]: expected a list of 2 rows or a flat list of 4 numbers, got 3 rows"
            ),
            (
                [2, 2], "[[1,2,3]]",
                "instances[0]: expected a list of 2 rows or a flat list of 4 numbers, got 3 numbers"
            ),
            ([2, 2], "[[]]", "instances[0]: expected a list of 2 rows or a flat list of 4 numbers, got an empty list"),
            ([2, 2], "[5]", "instances[0]: expected a list of 2 rows or a flat list of 4 numbers, got the number 5"),
            ([2, 2, 2], "[[[1,2],[3,4]]]", "instances[0][0][0]: expected a list of 2 numbers, got the number 1"),
            ([2, 2, 2], "[[[[1,2]],[[3,4]]]]", "instances[0][0]: expected 2 rows, got 1"),
            ([nil, 2], "[[1,2]]", "instances[0][0]: expected a list of 2 numbers, got the number 1"),
            ([nil, 2], "[[]]", "instances[0]: expected a non-empty list, got an empty list"),
            ([nil], "[[]]", "instances[0]: expected a non-empty list, got an empty list"),
            ([nil], "[3]", "instances[0]: expected a list of numbers, got the number 3"),
            (
                [nil, 1], "[[1,2],[1,2,3]]",
                "instances[1] has size 3 in dimension 0, instances[0] had 2; "
                    + "every instance of a request must have the same shape"
            ),
            (
                [nil, 2], "[[[1,2],[3,4]],[[1,2]]]",
                "instances[1] has size 1 in dimension 0, instances[0] had 2; "
                    + "every instance of a request must have the same shape"
            ),
            ([nil, nil], "[[[1,2],[3]]]", "instances[0][1]: expected 2 numbers, got 1"),
            (
                [3], "[[1,2,3",
                "instances[0]: truncated: the document ends at byte 7 inside an array; expected ',' or ']'"
            ),
            ([3], "[[1,2,", "instances[0]: truncated: the document ends at byte 6 inside an array; expected a number"),
            (
                [3], "[[",
                "instances[0]: truncated: the document ends at byte 2 inside an array; expected a number or ']'"
            ),
            ([3], "[[1,2,]]", "instances[0]: byte 6: found ']' inside an array; expected a number"),
            ([3], "[[1,01]]", "instances[0][1]: byte 4: a number must not start with a superfluous 0"),
            (
                [3], "[[1,1.]]",
                "instances[0][1]: byte 6: found ']' inside a number; expected a digit after the decimal point"
            ),
            ([3], "[[1 2]]", "instances[0]: byte 4: found '2' inside an array; expected ',' or ']'"),
            ([3], "[[1,2,3],]", "instances: byte 9: found ']' inside an array; expected a value"),
            ([3], "[[1,None]]", "instances[0][1]: byte 4: 'None' is not a JSON value"),
            ([3], "[[1,\"a", "instances[0][1]: truncated: the document ends at byte 6 inside a string; expected '\"'"),
        ] as [([Int?], String, String)])
    func errors(_ shape: [Int?], _ document: String, _ text: String) {
        #expect(tensorErrorText(document, shape) == text)
    }

    @Test func imageErrors() {
        let row = Self.nested([28])
        let short = "[" + Array(repeating: "0.5", count: 27).joined(separator: ",") + "]"
        let image = "[" + Array(repeating: row, count: 28).joined(separator: ",") + "]"
        let bad = "[" + (Array(repeating: row, count: 27) + [short]).joined(separator: ",") + "]"
        #expect(
            tensorErrorText("[\(image),\(image),\(image),\(bad)]", [28, 28, 1])
                == "instances[3][27]: expected 28 numbers, got 27")
        #expect(
            tensorErrorText("[\(image),\(image),\(Self.nested([700]))]", [28, 28, 1])
                == "instances[2]: expected a list of 28 rows or a flat list of 784 numbers, got 700 numbers")
        #expect(
            throws: TensorJSONError.unexpected(
                path: "instances[3][27]", expected: "28 numbers", found: "27")
        ) {
            try readRows("[\(image),\(image),\(image),\(bad)]", [28, 28, 1])
        }
        #expect(
            throws: TensorJSONError.syntax(
                path: "instances[0]",
                .unexpected(
                    offset: 4, place: .array, found: "'2'", expected: "',' or ']'"))
        ) { try readRows("[[1 2]]", [3]) }
    }

    @Test func limits() throws {
        let limits = TensorLimits(maximumRows: 2, maximumElements: 5)
        #expect(try readRows("[[1,2],[3,4]]", [2], limits: limits).rows == 2)
        #expect(
            tensorErrorText("[[1],[2],[3]]", [1], limits: limits)
                == "instances: expected at most 2 rows, got more")
        #expect(
            tensorErrorText("[[1,2,3],[3,4,5]]", [3], limits: limits)
                == "instances: expected at most 5 numbers, got more")
        #expect(
            tensorErrorText("[[1,2,3,4,5,6]]", [nil], limits: limits)
                == "instances: expected at most 5 numbers, got more")
        #expect(tensorErrorText("[[1,2,3,4,5,6]]", [5], limits: limits) == "instances[0]: expected 5 numbers, got 6")
        #expect(
            tensorErrorText("[1,2]", [1], limits: TensorLimits(maximumElements: 1))
                == "instances: expected at most 1 numbers, got more")
    }

    @Test func rowsAsObjects() throws {
        let document = #"[{"x": [1, 2], "y": 5}, {"y": [6], "x": [3, 4]}]"#
        try reading(document) { reader in
            let (xs, ys) = (FloatBuffer(), FloatBuffer())
            var x = TensorReader(field: "instances", member: "x", sampleShape: [nil])
            var y = TensorReader(field: "instances", member: "y", sampleShape: [1])
            try reader.beginArray()
            while try reader.nextElement() {
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    if key == "x" { try x.readRow(from: &reader, into: xs) }
                    if key == "y" { try y.readRow(from: &reader, into: ys) }
                }
            }
            try reader.finish()
            #expect((x.rowCount, y.rowCount) == (2, 2))
            #expect(x.resolvedShape == [2])
            #expect(Array(xs.elements) == [1, 2, 3, 4])
            #expect(Array(ys.elements) == [5, 6])
        }
    }

    @Test func pathsOfMembersAndWholeTensors() {
        #expect(throws: TensorJSONError.unexpected(path: "instances[0].x[1]", expected: "a number", found: "null")) {
            try reading("[1,null]") { reader in
                var x = TensorReader(field: "instances", member: "x", sampleShape: [2])
                try x.readRow(from: &reader, into: FloatBuffer())
            }
        }
        #expect(
            throws: TensorJSONError.unexpected(
                path: "inputs[0].data", expected: "a list of 2 rows or a flat list of 4 numbers", found: "3 numbers")
        ) {
            try reading("[1,2,3]") { reader in
                var data = TensorReader(field: "inputs[0].data", sampleShape: [2, 2])
                try data.readTensor(from: &reader, into: FloatBuffer())
            }
        }
    }

    @Test(
        arguments: [
            ("[[true,false],[0, true ]]", [2], [1, 0, 0, 1]), ("[[[true],[0]],[[1],[false]]]", [2, 1], [1, 0, 1, 0]),
            ("[true, 0.5, false]", [], [1, 0.5, 0]), ("[[true],[false,1]]", [nil], [1, 0, 1]),
        ] as [(String, [Int?], [Float])])
    func truthsAreOneAndZeroWhereTheyMayBe(document: String, shape: [Int?], expected: [Float]) throws {
        let buffer = FloatBuffer()
        try reading(document) { reader in
            var tensor = TensorReader(field: "x", sampleShape: shape, rowsMayVary: true, takesTruths: true)
            _ = try tensor.readRows(from: &reader, into: buffer)
            try reader.finish()
        }
        #expect(Array(buffer.elements) == expected)
        #expect(throws: TensorJSONError.self) {
            try reading(document) { reader in
                var tensor = TensorReader(field: "x", sampleShape: shape, rowsMayVary: true)
                _ = try tensor.readRows(from: &reader, into: FloatBuffer())
            }
        }
    }

    @Test(arguments: [
        ("[[true,null]]", "x[0][1]: expected a number, got null"), ("[[true]]", "x[0]: expected 2 numbers, got 1"),
        ("[[true,false,true]]", "x[0]: expected 2 numbers, got 3"), ("[[true,1e99]]", "x[0][1]: 1e99 does not fit"),
        ("[[true;false]]", "x[0]: byte 6"), ("[[true,]]", "x[0]: byte 7"), ("[[tru,1]]", "x[0][0]: "),
        ("[[true", "x[0]: "), ("[true]", "x[0]: expected a list of 2 numbers, got true"),
    ])
    func whatIsWrongAmongTruthsIsNamed(document: String, reason: String) {
        do throws(any Error) {
            try reading(document) { reader in
                var tensor = TensorReader(field: "x", sampleShape: [2], takesTruths: true)
                _ = try tensor.readRows(from: &reader, into: FloatBuffer())
            }
            Issue.record("was not refused")
        } catch {
            #expect("\(error)".hasPrefix(reason), "\(error)")
        }
    }

    @Test func anErrorLeavesTheBufferAsItWas() {
        let buffer = FloatBuffer(capacity: 1)
        buffer.append(42)
        for document in ["[[1,2],[3,4", "[[1,2],[3,null]]", "[]"] {
            #expect(throws: TensorJSONError.self) {
                try reading(document) { reader in
                    var tensor = TensorReader(field: "instances", sampleShape: [2])
                    _ = try tensor.readRows(from: &reader, into: buffer)
                }
            }
            #expect(Array(buffer.elements) == [42])
        }
    }

    @Test func bigListsGrowTheBuffer() throws {
        let tensor = try readRows(Self.nested([3, 100_000]), [nil])
        #expect(tensor.elements == (0..<300_000).map(Float.init))
        #expect(tensor.shape == [100_000])
    }

    /// Zeros and short numbers have ways of their own through the loop, which depend on what stands behind them.
    @Test(arguments: [",", ", ", " ,", ",\n", " , "])
    func shortNumbersAreReadAsLongOnesAre(separator: String) throws {
        let words = ["0.0", "0.0", "0.0", "0.0", "0", "1.0", "0.5", "9", "9.9", "-0.0", "0.00", "0.01", "1e1", "0.0e0"]
        var random = SystemRandomNumberGenerator()
        for count in [1, 2, 3, 4, 5, 8, 31, 700] {
            for _ in 0..<20 {
                let list = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }
                let tensor = try readRows("[[\(list.joined(separator: separator))]]", [count])
                #expect(tensor.elements.map(\.bitPattern) == list.map { (Float($0) ?? .nan).bitPattern }, "\(list)")
            }
        }
    }

    @Test(arguments: ["0.0,0.0,]", "0.0, 0.0, ]", "0.0,0.0,0.0,0.0,x]", "0.0,0.0,00.0,1]", "0.0,0.0,.0,1]", "0.0,0.0,"])
    func zerosEndWhereNumbersEnd(list: String) {
        #expect(tensorErrorText("[[\(list)]", [nil]) != nil)
    }

    @Test(arguments: [1, 2, 7, 8, 9, 100, 100_000])
    func deepNestingIsAnErrorAndNoOverflow(_ depth: Int) {
        let document = String(repeating: "[", count: depth) + "1"
        for shape in [[nil], [2, 2], [1], [2, 2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1]] as [[Int?]] {
            #expect(tensorErrorText(document, shape) != nil)
        }
        let hidden = "[[1,2,\(document)"
        #expect(tensorErrorText(hidden, [2]) != nil)
    }
}
