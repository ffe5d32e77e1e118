import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// `docs/architectures.md` says what there is, and its examples are read.
struct ArchitectureDocumentTests {
    private let document = String(
        decoding: (try? FileBytes.read(Repository.root + "/docs/architectures.md")) ?? [], as: UTF8.self)

    @Test(arguments: LayerRegistry.names + InitializerName.all + Activation.names)
    func namesEverything(name: String) {
        #expect(document.contains("`\(name)`"))
    }

    @Test func examplesAreRead() throws {
        let examples = document.components(between: "```json\n", and: "```")
        #expect(examples.count == 6)
        for example in examples {
            let json = try JSONValue(parsing: example)
            if GraphFormReader.reads(json) {
                let tensors = [
                    "w": Tensor([Float](repeating: 1, count: 8), shape: [2, 4]),
                    "b": Tensor([0, 0] as [Float], shape: [2]),
                ]
                #expect(try GraphFormReader.graph(json: json, tensors: tensors).outputs.count == 1)
                continue
            }
            let architecture = try Architecture(json: json)
            #expect(try architecture.graph(parameters: randomParameters(of: architecture)).outputs.count == 1)
        }
    }
}

extension String {
    /// The parts that stand between two texts.
    fileprivate func components(between start: String, and end: String) -> [String] {
        var (parts, rest) = ([String](), self[...])
        while let from = rest.firstRange(of: start), let to = rest[from.upperBound...].firstRange(of: end) {
            parts.append(String(rest[from.upperBound..<to.lowerBound]))
            rest = rest[to.upperBound...]
        }
        return parts
    }
}
