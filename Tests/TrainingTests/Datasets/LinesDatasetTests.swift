import JSON
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import Training

struct LinesDatasetTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    private func add(_ lines: [String]) throws -> Dataset {
        try stored.add(Array(lines.joined(separator: "\n").utf8), .jsonl)
    }

    @Test func readsObjectsAsATable() throws {
        let dataset = try add([
            #"{"age": 41, "member": true, "label": "a"}"#, "", #"{"label": "b", "age": null, "note": "x"}"#,
            #"{"age": 2.5, "member": "no", "label": "a"}"#,
        ])
        #expect(dataset.columns.map(\.name) == ["age", "member", "label", "note"])
        #expect(dataset.columns.map(\.isText) == [false, true, true, true])
        let part = try DatasetReader(dataset)[.train]
        #expect(try part.cells(0, columns: [0, 1, 2, 3]) == [.number(41), .text("true"), .text("a"), .missing])
        #expect(try part.cells(1, columns: [0, 1, 2, 3]) == [.missing, .missing, .text("b"), .text("x")])
    }

    @Test func readsListsOfOneShapeAsTensors() throws {
        let lines = (0..<12).map { "{\"x\": [[\($0), 1], [2, null]], \"y\": \"\($0 % 2 == 0 ? "a" : "b")\"}" }
        let dataset = try add(lines)
        #expect(dataset.features == .tensor(shape: [2, 2], storage: .float32, isPixels: false))
        let plan = try PreprocessingPlan(json: ["steps": [["step": "impute", "value": 7]]])
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        let data = try TrainingData(dataset: dataset, options: options, plan: plan)
        #expect(try data.batch(.train, rows: [3]) == Batch(x: [3, 1, 2, 7], targets: [1], lengths: [1]))
        #expect(try data.raw(.train, row: 3) == [[3, 1], [2, nil]])
    }

    @Test func readsListsOfDifferentLengthsAsSequences() throws {
        let lines = (0..<20).map { row in
            let steps = (0...(row % 4)).map { "[\($0), \(row)]" }.joined(separator: ", ")
            return "{\"steps\": [\(steps)], \"y\": \(row % 2), \"split\": \"\(row < 16 ? "train" : "test")\"}"
        }
        let dataset = try add(lines)
        #expect(dataset.features == .sequences(features: 2, longest: 4))
        #expect(dataset.rowCounts == [.train: 16, .test: 4])
        let plan = try PreprocessingPlan(json: ["steps": [["step": "pad", "value": -1]]])
        let data = try TrainingData(dataset: dataset, options: DataOptions(), plan: plan, sample: .sequence)
        #expect(data.sampleShape == [4, 2] && data.preprocessing.isPadded)
        let batch = try data.batch(.test)
        #expect(batch.lengths == [1, 2, 3, 4])
        #expect(Array(batch.x[..<8]) == [0, 16, -1, -1, -1, -1, -1, -1])
        #expect(try data.raw(.test, row: 1) == [[0, 17], [1, 17]])
        let streamed = try TrainingData(
            dataset: dataset, options: DataOptions(), plan: plan, sample: .sequence, cacheByteCount: 0)
        #expect(try streamed.batch(.train) == data.batch(.train))
    }

    @Test func takesRowsOfOneLengthForSequencesOfAny() throws {
        let lines = (0..<8).map { "{\"x\": [[\($0), 1], [2, 3]], \"y\": \($0 % 2)}" }
        let dataset = try add(lines)
        #expect(dataset.features == .tensor(shape: [2, 2], storage: .float32, isPixels: false))
        let form = SequenceForm(length: 3, features: 2, padding: SequenceForm.Padding(value: -1, side: .end))
        let known = Preprocessing(input: .sequence(form), steps: [], classNames: ["0", "1"])
        var options = DataOptions()
        (options.validation, options.test) = (0, 0)
        let data = try TrainingData(dataset: dataset, preprocessing: known, options: options)
        #expect(
            try data.batch(.train, rows: [5]) == Batch(x: [5, 1, 2, 3, -1, -1], targets: [1], lengths: [2]))
        let other = Preprocessing(
            input: .sequence(SequenceForm(length: 3, features: 3, padding: form.padding)), steps: [],
            classNames: ["0", "1"])
        #expect(throws: DatasetError.self) {
            try TrainingData(dataset: dataset, preprocessing: other, options: options)
        }
    }

    @Test func leavesFillingOutOfAugmentation() throws {
        let lines = (0..<8).map {
            "{\"x\": [\(Array(repeating: "1", count: $0 % 3 + 1).joined(separator: ","))], \"y\": \($0 % 2)}"
        }
        let plan = try PreprocessingPlan(json: ["steps": [["step": "pad", "value": -1, "side": "start"]]])
        let data = try TrainingData(
            dataset: add(lines), options: DataOptions(json: ["splits": ["validation": 0, "test": 0]]), plan: plan,
            augmentation: Augmentation(json: ["noise": 0.1]))
        let plain = try data.batch(.train)
        let noisy = try data.batch(.train, random: RandomSource(seed: 1))
        for (before, after) in zip(plain.x, noisy.x) { #expect((before == -1) == (before == after)) }
    }

    @Test(
        arguments: [
            ([#"{"a": 1}"#, "[1]"], 2, "one JSON object", "array"), ([#"{"a": 1"#], 1, "one JSON object", ""),
            ([#"{"a": [1]}"#, #"{"a": 2}"#], 2, "a list", "2"),
            ([#"{"a": 1}"#, #"{"a": [2]}"#], 2, "lists of numbers in one member only", ""),
            ([#"{"a": [1], "b": [2]}"#], 1, "lists of numbers in one member only", ""),
            ([#"{"a": [1, "x"]}"#], 1, "a number", "\"x\""), ([#"{"a": []}"#], 1, "a list that is not empty", "0"),
            ([#"{"a": [[1], [1, 2]]}"#], 1, "a list of the size of the others", ""),
            ([#"{"a": [[1, 2]]}"#, #"{"a": [[1]]}"#], 2, "a list of the shape of the others, [1, 2]", "[1, 1]"),
            ([#"{"a": {"b": 1}}"#], 1, "a number, a text, true, false, null or a list of numbers", "an object"),
            ([#"{"a": 1e40}"#], 1, "a number that fits float32", "1e+40"), ([""], nil, "rows", "none"),
        ] as [([String], Int?, String, String)])
    func namesTheLineOfAMistake(lines: [String], line: Int?, expected: String, found: String) {
        let error = #expect(throws: DatasetError.self) { try add(lines) }
        guard case .source("data", line, _, expected, let came) = error else {
            Issue.record("another error: \(error.map { "\($0)" } ?? "")")
            return
        }
        #expect(found.isEmpty || came.contains(found))
    }
}
