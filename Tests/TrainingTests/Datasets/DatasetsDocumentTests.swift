import JSON
import Preprocessing
import TestSupport
import Testing

@testable import Training

/// The examples of docs/datasets.md are read as what their sections say.
struct DatasetsDocumentTests {
    /// The JSON documents in the indented lines of a section.
    private func examples(_ section: String) throws -> [JSONValue] {
        let document = text(of: Repository.root + "/docs/datasets.md")
        let parts = document.split(separator: "\n## ").filter { $0.hasPrefix(section + "\n") }
        var examples: [String] = []
        for line in parts.joined().split(separator: "\n") where line.hasPrefix("    ") {
            if line.hasPrefix("    {") { examples.append("") }
            examples[examples.count - 1] += line
        }
        return try examples.map { try JSONValue(parsing: $0) }
    }

    @Test func targetsAndSplits() throws {
        let examples = try examples("Target and splits")
        #expect(examples.count == 3)
        for example in examples { _ = try DataOptions(json: example) }
    }

    @Test func preprocessing() throws {
        let examples = try examples("Preprocessing")
        #expect(examples.count == 3)
        for example in examples { _ = try PreprocessingPlan(json: example) }
    }

    @Test func augmentation() throws {
        let examples = try examples("Augmentation")
        #expect(examples.count == 1)
        for example in examples { _ = try Augmentation(json: example) }
    }
}
