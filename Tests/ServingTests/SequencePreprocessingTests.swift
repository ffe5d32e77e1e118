import JSON
@testable import Serving
import TestSupport
import Testing

/// Preprocessing says the sizes that a model leaves free.
struct SequencePreprocessingTests {
    private let files = TemporaryDirectory()

    @Test func freeSizesAreThoseOfThePreprocessedRows() throws {
        files.write("sequence", to: "m/1/model.onnx")
        let form: JSONValue = ["kind": "sequence", "length": 5, "features": 2]
        files.write(
            JSONValue.object([JSONMember("version", 1), JSONMember("input", form)]).text, to: "m/1/preprocessing.json")
        let repository = ModelRepository(configuration: .init(directory: files.path), engine: FakeEngine())
        try repository.loadAll()
        let version = try repository.version(of: "m")
        #expect(version.preprocessing?.bindings == ["time": 5])
        // So a version without golden rows is measured before its first request.
        #expect(version.load.rowNanoseconds != nil)
        let answers = Answers()
        version.submit(try version.request(1, rows: 2, time: 5), completion: answers.completion(1))
        #expect(answers.wait(for: 1))
        #expect(answers.response(1)?.ranInline == true)
    }
}
