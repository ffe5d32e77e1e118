import JSON
import Preprocessing
import Testing

/// The table `[preprocessing]` of an `apus.toml`.
struct StatedPreprocessingTests {
    private func made(_ json: JSONValue, _ shape: [Int?]) throws -> Preprocessing {
        try StatedPreprocessing(json, path: "preprocessing").preprocessing(sampleShape: shape)
    }

    private func apply(_ preprocessing: Preprocessing, _ row: JSONValue) throws -> [Float] {
        var output = [Float](repeating: .nan, count: preprocessing.sampleCount)
        try output.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { try preprocessing.apply(row: row, number: 0, into: base) }
        }
        return output
    }

    @Test func numbersAreScaledThenNormalised() throws {
        let made = try made(["scale": 0.5, "offset": 1, "mean": [1, 2], "std": [1, 0.5]], [2, 2])
        #expect(made.sampleShape == [2, 2])
        #expect(try apply(made, [[2, 4], [6, 8]]) == [1, 2, 3, 6])
        #expect(try apply(try self.made([:], [2]), [3, 4]) == [3, 4])
    }

    @Test func imagesChangeSizeColourAndLayout() throws {
        let document: JSONValue = [
            "kind": "image", "shape": [1, 2, 3], "color_order": "bgr", "mean": [0, 0, 10], "layout": "channels_first",
        ]
        let made = try made(document, [3, 1, 2])
        #expect(made.sampleShape == [3, 1, 2])
        #expect(try apply(made, [[[1, 2, 3], [4, 5, 6]]]) == [3, 6, 2, 5, -9, -6])
        #expect(try Preprocessing(json: made.json) == made)
        let small = try self.made(["shape": [2, 2, 1], "resize": [1, 1]], [1, 1, 1])
        #expect(try apply(small, [[[1], [2]], [[3], [4]]]) == [2.5])
        let grey = try self.made(["shape": [1, 1, 3], "grayscale": true], [1, 1, 1])
        #expect(try apply(grey, [[[100, 100, 100]]]).allSatisfy { abs($0 - 100) < 1e-3 })
        // Without a shape, rows are what the model takes, channels last.
        #expect(
            try self.made(["kind": "image", "layout": "channels_first"], [3, 4, 5]).input
                == .image(height: 4, width: 5, channels: 3))
    }

    @Test func textsBecomeTokensAndCategories() throws {
        let text = try made(["vocabulary": ["good", "bad"], "column": "review"], [4])
        #expect(try apply(text, ["review": "Bad, not good"]) == [3, 1, 2, 0])
        let kind = try made(["one_hot": ["a", "b", "c"]], [3])
        #expect(try apply(kind, ["b"]) == [0, 1, 0])
    }

    @Test func theWholeDocumentIsTakenToo() throws {
        let document: JSONValue = [
            "input": ["kind": "sequence", "length": 3, "features": 1, "padding": ["side": "end"]]
        ]
        #expect(try apply(try made(document, [nil, 1]), [5, 6]) == [5, 6, 0])
    }

    private static let refused: [(document: JSONValue, message: String)] = [
        (["skale": 1], "preprocessing.skale: expected one of"),
        (["kind": "picture"], "preprocessing.kind: expected \"tensor\" or \"image\", got \"picture\""),
        (["std": [0]], "preprocessing.std: expected as many numbers as means, 1, above 0, got [0.0]"),
        (["mean": [1, 2, 3]], "preprocessing.steps[0].center: expected"),
        (["resize": [1]], "preprocessing.resize: expected [height, width], got"),
        (["resize": [1, 1]], "preprocessing.steps[0]: expected images, got rows of shape [2]"),
        (["kind": "image"], "preprocessing.shape: expected [height, width, channels], got [2]"),
        (["input": ["kind": "table"]], "preprocessing.input.columns: expected"),
        (["vocabulary": ["a", "a"]], "preprocessing.vocabulary: expected at most"),
    ]

    @Test(arguments: refused.indices)
    func namesWhatIsWrong(index: Int) {
        let (document, message) = Self.refused[index]
        let error = #expect(throws: FieldError.self) { try made(document, [2]) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func aFreeSizeNeedsAShape() {
        let error = #expect(throws: FieldError.self) { try made(["scale": 2], [nil, 3]) }
        #expect(error?.path == "preprocessing.shape")
    }
}
