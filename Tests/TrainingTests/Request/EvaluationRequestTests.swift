import JSON
import Testing
import Training

struct EvaluationRequestTests {
    static func request(_ text: String) throws -> EvaluationRequest {
        try EvaluationRequest(json: JSONValue(parsing: text))
    }

    @Test func membersAreRead() throws {
        let least = try Self.request(#"{"dataset": "digits"}"#)
        #expect(least.split == nil && least.compareWith == nil && least.data == nil)
        #expect(least.options == EvaluationOptions())
        let full = try Self.request(
            #"""
            {"dataset": "digits", "split": "validation", "compare_with": 2, "top_k": 3, "slices": ["writer"],
             "target": "digit"}
            """#)
        #expect(full.split == .validation && full.compareWith == 2 && full.data == ["target": "digit"])
        #expect(full.options == EvaluationOptions(topK: 3, slices: ["writer"]))
    }

    @Test(arguments: [
        ("{}", "dataset"), (#"{"dataset": ""}"#, "dataset"), (#"{"dataset": "d", "split": "all"}"#, "split"),
        (#"{"dataset": "d", "compare_with": "a"}"#, "compare_with"), (#"{"dataset": "d", "k": 3}"#, "k"),
        (#"{"dataset": "d", "slices": [1]}"#, "slices[0]"),
    ]) func refusalsNameTheField(text: String, path: String) {
        let error = #expect(throws: FieldError.self) { try Self.request(text) }
        #expect(error?.path == path)
    }
}
