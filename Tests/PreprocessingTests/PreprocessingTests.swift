import JSON
import Preprocessing
import TestSupport
import Testing

struct PreprocessingTests {
    private func output(_ preprocessing: Preprocessing, _ row: JSONValue, number: Int? = 3) throws -> [Float] {
        var output = [Float](repeating: -9, count: preprocessing.sampleCount)
        try preprocessing.apply(row: row, number: number, into: &output)
        return output
    }

    private let pixels = Preprocessing(
        input: .image(height: 2, width: 2, channels: 1), steps: [.scale(factor: 0.5, offset: 1)])
    private let table = Preprocessing(
        columns: [
            TableColumn(name: "age", encoding: .number(NumberEncoding(fill: 40, upper: 90, center: 40, factor: 0.1))),
            TableColumn(name: "city", encoding: .oneHot(CategoryEncoding(categories: ["Rome", "Ürümqi"]))),
            TableColumn(name: "zone", encoding: .index(CategoryEncoding(categories: ["3", "4"], fill: "4"))),
        ], ignoredColumns: ["id"], classNames: ["no", "yes"])

    @Test(arguments: ["[[1,2],[3,4]]", "[[[1],[2]],[[3],[4]]]", "[1,2,3,4]"])
    func readsNumbersNestedAndFlat(text: String) throws {
        #expect(try output(pixels, JSONValue(parsing: text)) == [1.5, 2, 2.5, 3])
    }

    @Test(arguments: [
        ("[[1,2],[3]]", "[1]", "a list of 2 numbers", "1"), ("[1,2,3]", "", "a list of 4 numbers", "3"),
        ("[[1,2],[3,\"4\"]]", "[1][1]", "a number that fits float32", "\"4\""),
        ("[[1,2],[3,null]]", "[1][1]", "a number that fits float32", "null"),
        ("[[1,2],[3,1e39]]", "[1][1]", "a number that fits float32", "1e+39"),
        ("7", "", "a list of 4 numbers", "7"), ("{\"b64\":\"!\"}", "b64", "base64", "other text"),
    ])
    func namesWhatIsWrong(text: String, field: String, expected: String, found: String) throws {
        let row = try JSONValue(parsing: text)
        #expect(throws: PreprocessingError.row(3, field: field, expected: expected, found: found)) {
            try output(pixels, row)
        }
    }

    @Test func decodesImagesOfAnySize() throws {
        let file = Base64.encode(ImageDecoderTests.bytes("grey.png"))
        let whole = Preprocessing(input: .image(height: 7, width: 5, channels: 1), steps: [])
        let numbers = ImageDecoderTests.bytes("grey.png.raw").map { Float($0) }
        #expect(try output(whole, .string(file)) == numbers)
        #expect(try output(whole, ["b64": .string(file)]) == numbers)
        let colours = Preprocessing(input: .image(height: 7, width: 5, channels: 3), steps: [.grayscale])
        #expect(zip(try output(colours, .string(file)), numbers).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(try output(pixels, .string(file)).count == 4)
    }

    /// Pillow's BILINEAR of float images.
    @Test(arguments: [("smaller", 4, 3), ("larger", 8, 9)])
    func resizesAsPillowDoes(name: String, height: Int, width: Int) throws {
        let resizing = Preprocessing(
            input: .image(height: 7, width: 5, channels: 1), steps: [.resize(height: height, width: width)])
        #expect(resizing.sampleShape == [height, width, 1])
        let row = ImageDecoderTests.bytes("grey.png.raw").map { JSONValue.integer(Int($0)) }
        let expected = ImageDecoderTests.bytes("grey.\(name).f32").withUnsafeBytes {
            Array($0.bindMemory(to: Float.self))
        }
        #expect(zip(try output(resizing, .array(row)), expected).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test(
        arguments: [
            (#"{"age": 60, "city": "Rome", "zone": 3}"#, [2, 1, 0, 1]),
            (#"{"zone": "4", "city": "Ürümqi", "age": 200, "id": 17}"#, [5, 0, 1, 2]),
            (#"{"age": null, "city": "Paris"}"#, [0, 0, 0, 2]), (#"[50, "Rome", 9]"#, [1, 1, 0, 0]),
        ] as [(String, [Float])])
    func encodesTables(text: String, expected: [Float]) throws {
        #expect(try output(table, JSONValue(parsing: text)) == expected)
    }

    @Test(arguments: [
        (#"{"age": "old"}"#, "age", "a number", "\"old\""),
        (#"{"age": 1, "aeg": 2}"#, "aeg", "one of the columns age, city, zone", "an unknown one"),
        (#"{"age": [1]}"#, "age", "a number, a text or null", "a list"),
        (#"[1, 2]"#, "", "3 values (age, city, zone)", "2"),
        ("7", "", "an object with the members age, city, zone, or a list", "7"),
    ])
    func namesTheColumn(text: String, field: String, expected: String, found: String) throws {
        let row = try JSONValue(parsing: text)
        let error = #expect(throws: PreprocessingError.self) { try output(table, row) }
        guard case .row(3, let name, let wanted, let came) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(name == field && wanted == expected)
        #expect(came == found || came == "an array")
    }

    @Test func padsAndCutsSequences() throws {
        let form = SequenceForm(
            length: 3, features: 2, padding: SequenceForm.Padding(value: -1, side: .end))
        let end = Preprocessing(input: .sequence(form), steps: [.scale(factor: 2, offset: 0)])
        #expect(try output(end, [[1, 2]]) == [2, 4, -1, -1, -1, -1])
        #expect(try output(end, [[9, 9], [1, 2], [3, 4], [5, 6]]) == [2, 4, 6, 8, 10, 12])
        var buffer = [Float](repeating: 0, count: 6)
        #expect(try end.apply(row: [[1, 2], [3, 4]], number: nil, into: &buffer) == 2)
        let start = Preprocessing(
            input: .sequence(
                SequenceForm(length: 3, features: 1, padding: SequenceForm.Padding(value: 7, side: .start))), steps: [])
        #expect(try output(start, [1]) == [7, 7, 1])
        #expect(try output(start, [[1], [2]]) == [7, 1, 2])
        #expect(throws: PreprocessingError.row(3, field: "", expected: "1 to 3 steps", found: "0")) {
            try output(start, [])
        }
    }

    @Test func fillsMissingNumbers() throws {
        let tensor = Preprocessing(input: .tensor(shape: [2]), steps: [.impute([5, 6])])
        #expect(try output(tensor, [nil, 1]) == [5, 1])
    }

    @Test func readsItsOwnDocuments() throws {
        let sequence = SequenceForm(
            length: 4, features: 2, columns: ["a", "b"], window: Window(length: 4, stride: 2, horizon: 1))
        let all = [
            pixels.naming(["a", "b"]), table, table.leavingOutRows(missing: ["age"]),
            Preprocessing(
                input: .image(height: 9, width: 8, channels: 3),
                steps: [
                    .clip(lower: [0], upper: [200]), .resize(height: 4, width: 5), .grayscale,
                    .normalise(center: [0.1], factor: [1 / 3]),
                ], sampleShape: [20]),
            Preprocessing(input: .sequence(sequence), steps: [.impute([1, 2.5])]).ignoring(["c"]),
            Preprocessing(
                columns: [
                    TableColumn(
                        name: "t", encoding: .tokens(TokenEncoding(unit: .words, vocabulary: ["a"], length: 4)))
                ]),
        ]
        for preprocessing in all {
            #expect(try Preprocessing(json: JSONValue(parsing: preprocessing.json.bytes)) == preprocessing)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"version": 2, "input": {"kind": "tensor", "shape": [2]}}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [0]}}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": []}}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [67108864, 67108864, 67108864]}}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [2]}, "sample_shape": [3]}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [2]}, "steps": [{"step": "grayscale"}]}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [2]}, "steps": [{"step": "impute", "values": [1, 2, 3]}]}"#,
        #"{"version": 1, "input": {"kind": "table", "columns": []}}"#,
        #"{"version": 1, "input": {"kind": "table", "columns": [{"name": "a", "encoding": "one_hot", "categories": ["x", "x"]}]}}"#,
        #"{"version": 1, "input": {"kind": "sequence", "length": 2, "features": 1, "columns": ["a"]}}"#,
        #"{"version": 1, "input": {"kind": "image", "height": 65535, "width": 65535, "channels": 3}}"#,
        #"{"version": 1, "input": {"kind": "tensor", "shape": [2]}, "more": 1}"#,
    ])
    func refusesOtherDocuments(text: String) throws {
        let document = try JSONValue(parsing: text)
        #expect(throws: FieldError.self) { try Preprocessing(json: document) }
    }
}
