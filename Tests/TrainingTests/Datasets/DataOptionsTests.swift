import JSON
import Testing

@testable import Training

struct DataOptionsTests {
    @Test func readsTargetsInEveryForm() throws {
        #expect(try DataOptions(json: .null) == DataOptions())
        #expect(try DataOptions(json: ["target": "a"]).target == ["a"])
        #expect(try DataOptions(json: ["target": ["a", "b"]]).target == ["a", "b"])
        let options = try DataOptions(json: [
            "target": ["column": "a", "type": "regression"],
            "splits": ["validation": 0.25, "test": 0, "seed": 7, "stratify": false, "shuffle": false],
        ])
        #expect(options.target == ["a"] && options.task == .regression)
        #expect(options.validation == 0.25 && options.test == 0 && options.seed == 7)
        #expect(!options.isStratified && options.isShuffled == false)
        #expect(try DataOptions(json: options.json) == options)
        #expect(try DataOptions(json: DataOptions().json) == DataOptions())
    }

    @Test(arguments: [
        (#"{"target": 3}"#, "target"), (#"{"target": []}"#, "target"), (#"{"target": [1]}"#, "target[0]"),
        (#"{"target": {"column": "a", "columns": ["b"]}}"#, "target.columns"),
        (#"{"target": {"type": "guess"}}"#, "target.type"), (#"{"target": {"name": "a"}}"#, "target.name"),
        (#"{"splits": {"validation": 1}}"#, "splits.validation"), (#"{"splits": {"train": 0.5}}"#, "splits.train"),
        (#"{"splits": {"validation": 0.6, "test": 0.6}}"#, "splits"), (#"{"splits": {"seed": -1}}"#, "splits.seed"),
        (#"{"columns": ["a"]}"#, "columns"),
    ])
    func refusesByField(text: String, path: String) throws {
        let document = try JSONValue(parsing: text)
        let error = #expect(throws: FieldError.self) { try DataOptions(json: document) }
        #expect(error?.path == path)
    }
}
