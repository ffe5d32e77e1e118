package import Graphs
import JSON
package import Tensors

/// Apus's own model: `architecture.json`, and `model.safetensors` with PyTorch's names and layouts beside it, or another
/// file of tensors that has them.
package struct NativeModel: Sendable {
    package let architecture: Architecture
    /// The graph's constants, by the names of `Architecture.parameters`.
    package let parameters: [String: Tensor]

    package init(architecture: Architecture, parameters: [String: Tensor]) {
        self.architecture = architecture
        self.parameters = parameters
    }

    /// Reads a model in layer form by the path of a file of its tensors: safetensors, PyTorch's `.pt` and `.pth`, or
    /// `.npz`.
    package init(path: String) throws(ModelFormatError) {
        let tensors = try TensorFiles.open(path: path)
        try self.init(json: try Self.document(beside: path), tensors: tensors)
    }

    /// The `architecture.json` beside a file of tensors.
    static func document(beside path: String) throws(ModelFormatError) -> JSONValue {
        let directory = path.directoryPath
        guard let json = try BundleFile.json(BundleFile.architecture, in: directory) else {
            throw .malformed(
                part: "model file",
                expected: "\(BundleFile.architecture) beside it, which says what the tensors are for; "
                    + "`apus convert --from-state-dict \(path.lastPathComponent.shortened) OUT` proposes one",
                found: "none")
        }
        return json
    }

    /// Reads the tensors of an architecture.
    init(json: JSONValue, tensors: some TensorFile) throws(ModelFormatError) {
        do throws(FieldError) {
            architecture = try Architecture(json: json)
        } catch {
            throw ModelFormatError(error, part: BundleFile.architecture)
        }
        parameters = try architecture.graphConstants(from: tensors)
    }

    /// The model as a graph with named constants.
    package func graph() throws(ModelFormatError) -> Graph {
        do {
            return try architecture.graph(parameters: parameters)
        } catch {
            throw .graph(error)
        }
    }

    /// The model's files by name.
    var files: [String: [UInt8]] {
        let tensors = SafeTensors(tensors: architecture.fileTensors(fromGraphConstants: parameters))
        return [
            BundleFile.architecture: architecture.json.bytes + Array("\n".utf8), BundleFile.parameters: tensors.bytes(),
        ]
    }
}
