import JSON
import Preprocessing
import Testing

struct PreprocessingFitTests {
    private func fit(
        _ json: JSONValue, _ form: RawForm, rows: [[Float]], sample: SampleForm = .any
    ) throws -> Preprocessing {
        var fit = try PreprocessingFit(PreprocessingPlan(json: json), rows: form, sample: sample)
        var passes = 0
        while fit.needsRows {
            passes += 1
            for (number, row) in rows.enumerated() {
                try row.withUnsafeBufferPointer { try fit.add(.numbers($0), number: number) }
            }
            try fit.endPass()
        }
        #expect(passes <= 2)
        return fit.preprocessing()
    }

    private func fit(_ json: JSONValue, columns: [RawColumn], cells: [[Cell]]) throws -> Preprocessing {
        var fit = try PreprocessingFit(PreprocessingPlan(json: json), rows: .table(columns))
        while fit.needsRows {
            for (number, row) in cells.enumerated() {
                try fit.add(.cells((fit.columnIndices ?? []).map { row[$0] }), number: number)
            }
            try fit.endPass()
        }
        return fit.preprocessing()
    }

    private func output(_ preprocessing: Preprocessing, _ row: JSONValue) throws -> [Float] {
        var output = [Float](repeating: -9, count: preprocessing.sampleCount)
        try preprocessing.apply(row: row, number: 0, into: &output)
        return output
    }

    @Test func scalesPixelsUnlessStepsAreDeclared() throws {
        let form = RawForm.tensor(shape: [2, 2], isPixels: true)
        let standard = try fit([:], form, rows: [], sample: .image)
        #expect(standard.sampleShape == [2, 2, 1])
        #expect(standard.steps?.steps == [.scale(factor: 1 / 255, offset: 0)])
        #expect(try fit(["steps": []], form, rows: [], sample: .image).steps?.steps == [])
        let flat = try fit([:], form, rows: [], sample: .flat)
        #expect(flat.sampleShape == [4] && flat.input == .tensor(shape: [2, 2]))
    }

    @Test func standardisesEachFeatureOfWhatIsFilledIn() throws {
        let fitted = try fit(
            ["steps": [["step": "impute", "strategy": "mean"], ["step": "standardise"]]],
            .tensor(shape: [2, 2], isPixels: false),
            rows: [[0, 10, 4, 10], [.nan, 10, 2, 10]])
        #expect(fitted.steps?.steps.first == .impute([2, 10]))
        // The first feature's values are 0, 4, 2, 2: deviation √2; the second's are all the same.
        let expected: [Float] = [-2 / Float(2).squareRoot(), 0, 0, 1]
        #expect(zip(try output(fitted, [[0, 10], [2, 11]]), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func clipsAtQuantilesThenScalesToARange() throws {
        let rows = (0...100).map { [Float($0)] }
        let fitted = try fit(
            [
                "steps": [
                    ["step": "clip", "quantiles": [0.1, 0.9]], ["step": "min_max", "minimum": -1, "maximum": 1],
                ]
            ], .tensor(shape: [1], isPixels: false), rows: rows)
        #expect(try output(fitted, [0]) == [-1] && output(fitted, [50]) == [0] && output(fitted, [1000]) == [1])
    }

    @Test func resizesBeforeItNormalises() throws {
        let fitted = try fit(
            [
                "steps": [
                    ["step": "resize", "height": 2, "width": 2], ["step": "grayscale"],
                    ["step": "normalise", "mean": [100], "deviation": [50]],
                ]
            ], .tensor(shape: [4, 4, 3], isPixels: true), rows: [])
        #expect(fitted.sampleShape == [2, 2, 1])
        let white = JSONValue.array(Array(repeating: 200, count: 48))
        #expect(zip(try output(fitted, white), [2, 2, 2, 2]).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func padsSequencesToTheLongestOfTraining() throws {
        let fitted = try fit(
            ["steps": [["step": "min_max"], ["step": "pad", "side": "start", "value": -1]]],
            .sequences(features: 1, longest: 3), rows: [[0], [1, 2, 4]])
        #expect(fitted.isPadded && fitted.sampleShape == [3, 1])
        #expect(try output(fitted, [2, 4]) == [-1, 0.5, 1])
    }

    @Test func encodesColumnsByTheirKind() throws {
        let columns = [
            RawColumn(name: "n", isText: false), RawColumn(name: "c", isText: true),
            RawColumn(name: "k", isText: false),
        ]
        let cells: [[Cell]] = [
            [.number(1), .text("b"), .number(10)], [.number(3), .text("a"), .number(9)],
            [.missing, .text("b"), .number(10)],
        ]
        let standard = try fit([:], columns: columns, cells: cells)
        #expect(standard.sampleShape == [4])
        // n: median 2 of 1 and 3 fills in; values 1, 3, 2 have deviation √(2/3).
        let row = try output(standard, ["n": 3, "c": "a", "k": nil])
        #expect(abs(row[0] - 1 / Float(2.0 / 3).squareRoot()) < 1e-5 && row[1] == 1 && row[2] == 0)

        let declared = try fit(
            [
                "input": ["columns": ["c", "k"]],
                "steps": [
                    ["step": "impute", "strategy": "most_frequent"], ["step": "vocabulary", "columns": ["c"]],
                    ["step": "one_hot", "columns": ["k"]],
                ],
            ], columns: columns, cells: cells)
        #expect(try output(declared, ["c": "b", "k": 9]) == [1, 1, 0])
        #expect(try output(declared, ["c": "z", "k": nil, "n": "not looked at"]) == [0, 0, 1])
        #expect(try output(declared, ["c": nil, "k": 10.0]) == [1, 0, 1])
    }

    @Test func doesToAColumnWhatNamesIt() throws {
        let columns = [
            RawColumn(name: "n", isText: false), RawColumn(name: "k", isText: false),
            RawColumn(name: "c", isText: true),
        ]
        let cells: [[Cell]] = [
            [.number(0), .number(7), .text("a")], [.number(4), .missing, .missing], [.missing, .number(9), .text("b")],
        ]
        let fitted = try fit(
            [
                "steps": [
                    ["step": "impute", "strategy": "constant", "value": "none"], ["step": "impute", "value": 1],
                    ["step": "impute", "columns": ["k"], "value": 9], ["step": "one_hot", "columns": ["k"]],
                    ["step": "min_max"], ["step": "one_hot"],
                ]
            ], columns: columns, cells: cells)
        #expect(try output(fitted, ["n": 2, "k": nil, "c": "b"]) == [0.5, 0, 1, 0, 1])
        #expect(try output(fitted, ["n": nil, "k": 7, "c": nil]) == [0.25, 1, 0, 0, 0])
    }

    @Test func refusesMissingValuesThatNothingFillsIn() throws {
        let error = #expect(throws: PreprocessingError.self) {
            try fit(
                ["steps": [["step": "standardise"]]], columns: [RawColumn(name: "n", isText: false)],
                cells: [[.number(1)], [.missing]])
        }
        #expect(
            error.map { "\($0)" }
                == "row 1, n: expected a number (there is no impute step for it), got a missing value")
    }

    @Test(arguments: [
        (#"{"steps": [{"step": "standardise"}, {"step": "impute"}]}"#, "steps[1]"),
        (#"{"steps": [{"step": "impute"}, {"step": "impute"}]}"#, "steps[1]"),
        (#"{"steps": [{"step": "standardise"}, {"step": "min_max"}]}"#, "steps[1]"),
        (#"{"steps": [{"step": "one_hot", "columns": ["a"]}, {"step": "vocabulary", "columns": ["a"]}]}"#, "steps[1]"),
        (#"{"steps": [{"step": "normalise", "mean": [1], "deviation": [0]}]}"#, "steps[0].deviation"),
        (#"{"steps": [{"step": "clip"}]}"#, "steps[0]"),
        (#"{"steps": [{"step": "clip", "lower": 2, "upper": 1}]}"#, "steps[0]"),
        (#"{"steps": [{"step": "clip", "quantiles": [0.9, 0.1]}]}"#, "steps[0].quantiles"),
        (#"{"steps": [{"step": "drop"}]}"#, "steps[0].columns"), (#"{"steps": [{"step": "whiten"}]}"#, "steps[0].step"),
        (#"{"steps": [{"step": "scale"}]}"#, "steps[0].factor"),
        (#"{"steps": [{"step": "vocabulary", "tokens": "words"}]}"#, "steps[0].length"),
        (#"{"steps": [{"step": "impute", "strategy": "constant"}]}"#, "steps[0].value"),
        (#"{"input": {"kind": "image", "shape": [2, 2]}}"#, "input.shape"),
        (#"{"input": {"kind": "sound"}}"#, "input.kind"),
        (#"{"extra": 1}"#, "extra"),
    ])
    func refusesPlansByField(text: String, path: String) throws {
        let document = try JSONValue(parsing: text)
        let error = #expect(throws: FieldError.self) { try PreprocessingPlan(json: document) }
        #expect(error?.path == path)
    }

    @Test(arguments: [
        (#"{"steps": [{"step": "drop", "columns": ["z"]}]}"#, "steps[0].columns[0]"),
        (#"{"input": {"columns": ["n", "n"]}}"#, "input.columns[1]"), (#"{"input": {"columns": []}}"#, "input.columns"),
        (#"{"input": {"kind": "sequence"}}"#, "input.columns"),
        (#"{"steps": [{"step": "grayscale"}]}"#, "steps[0]"),
        (#"{"steps": [{"step": "standardise", "columns": ["c"]}]}"#, "steps[0]"),
        (#"{"input": {"kind": "tensor", "columns": ["n"], "shape": [2]}}"#, "input.shape"),
    ])
    func refusesPlansThatDoNotFitTheColumns(text: String, path: String) throws {
        let document = try JSONValue(parsing: text)
        let error = #expect(throws: PreprocessingError.self) {
            try fit(
                document, columns: [RawColumn(name: "n", isText: false), RawColumn(name: "c", isText: true)], cells: [])
        }
        guard case .declaration(let field) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(field.path == path)
    }

    @Test func refusesSamplesThatAreTooLarge() {
        let step: JSONValue = ["step": "resize", "height": 8192, "width": 8192]
        #expect(throws: PreprocessingError.self) {
            try fit(["steps": [step]], .tensor(shape: [4, 4, 3], isPixels: true), rows: [])
        }
        let shape = [Int](repeating: 2, count: 10)
        #expect(throws: PreprocessingError.self) { try fit([:], .tensor(shape: shape, isPixels: false), rows: []) }
    }

    @Test(arguments: [
        (RawForm.tensor(shape: [4], isPixels: false), SampleForm.image),
        (.tensor(shape: [2, 2, 2, 2], isPixels: true), .image), (.tensor(shape: [2, 2, 1], isPixels: true), .sequence),
        (.tensor(shape: [3, 32, 32], isPixels: false), .image), (.sequences(features: 1, longest: 3), .image),
        (.table([RawColumn(name: "n", isText: false)]), .image),
    ])
    func refusesRowsThatAreNotWhatTheArchitectureWants(form: RawForm, sample: SampleForm) {
        #expect(throws: PreprocessingError.self) { try fit([:], form, rows: [], sample: sample) }
    }
}
