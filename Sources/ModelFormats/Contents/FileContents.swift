import Graphs
import Tensors

/// What a file of a model or of tensors holds, as far as its headers say: no weights are taken in, nothing is compiled.
package struct FileContents: Sendable, Equatable {
    /// A layer or a node.
    package struct Part: Sendable, Equatable {
        /// `Conv2D`, `Conv`.
        package let type: String
        package let name: String
        /// The shape of its result, where the file says it; empty elsewhere.
        package let shape: String
    }

    /// A tensor.
    package struct Entry: Sendable, Equatable {
        package let name: String
        /// As the format writes it, in small letters.
        package let dtype: String
        package let shape: [Int]
        package let byteCount: Int

        package init(name: String, dtype: String, shape: [Int], byteCount: Int) {
            self.name = name
            self.dtype = dtype
            self.shape = shape
            self.byteCount = byteCount
        }
    }

    /// A fact by its name: producer, opset.
    package struct Fact: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `onnx`, `native`, `safetensors`, …
    package var format: String
    package var facts: [Fact] = []
    /// Name, type and dimensions of each.
    package var inputs: [String] = []
    package var outputs: [String] = []
    /// Layers or nodes, in order.
    package var parts: [Part] = []
    package var tensors: [Entry] = []
    /// Whether the file is meant to be a model, and not just tensors.
    package var isModel = false
    /// Everything that is known to keep Apus from loading it.
    package var problems: [String] = []

    package init(format: String) { self.format = format }

    /// Most problems that are listed.
    static let maximumProblemCount = 100

    /// Notes why the file cannot be loaded.
    mutating func add(problem: String) {
        if problems.count < Self.maximumProblemCount, !problems.contains(problem) { problems.append(problem) }
    }
}
