import Graphs
package import Tensors

/// Between the constants of a graph and the tensors of `model.safetensors` and of PyTorch's files, bit by bit.
extension Architecture {
    private var fileTensors: [FileTensor] { nodes.flatMap(\.plan.fileTensors) }

    /// The tensors as the file has them, by PyTorch's names and in its layouts, from a constant for each of `parameters`.
    package func fileTensors(fromGraphConstants constants: [String: Tensor]) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for tensor in fileTensors {
            guard let constant = constants[tensor.parameter] else {
                preconditionFailure("the parameter \(tensor.parameter) is missing")
            }
            result[tensor.name] = tensor.read(from: constant)
        }
        return result
    }

    /// The graph's constants from the tensors of a file, by name; see below.
    package func graphConstants(
        fromFileTensors tensors: [String: Tensor]
    ) throws(ModelFormatError) -> [String: Tensor] {
        try graphConstants(from: TensorList(tensors: tensors))
    }

    /// The graph's constants from a file that has PyTorch's names and layouts: those of `fileTensors`, or what
    /// `"parameters"` of the document says for them. Numbers of every type become float32. A name or names that a network
    /// around this one put before all others are left out.
    /// - Throws: `.tensor` when one is missing, of another shape or one too many, or what reading the file throws.
    package func graphConstants(from file: some TensorFile) throws(ModelFormatError) -> [String: Tensor] {
        let found = try entries(for: file.entries)
        var shapes: [String: Shape] = [:]
        for spec in parameters { shapes[spec.name] = spec.shape }
        var parts: [String: [(offset: Int, floats: StridedFloats)]] = [:]
        var result: [String: Tensor] = [:]
        for (tensor, entry) in found {
            guard let shape = shapes[tensor.parameter] else { preconditionFailure("a tensor of no parameter") }
            let elements = try file.tensor(entry.name).convertedToFloat32()
            if tensor.isWhole(shape) {
                result[tensor.parameter] = elements.reshaped(to: shape)
            } else {
                parts[tensor.parameter, default: []] += tensor.parts(of: elements)
            }
        }
        for (name, parts) in parts {
            let ordered = parts.sorted { $0.offset < $1.offset }.map(\.floats)
            result[name] = Tensor(shape: shapes[name] ?? [], scattered: ordered)
        }
        return result
    }

    /// Throws unless a file with these tensors has all of the network's and no others.
    func checkFileTensors(_ entries: [TensorEntry]) throws(ModelFormatError) { _ = try self.entries(for: entries) }

    /// Each tensor that files have of the network, with its entry in one.
    private func entries(
        for entries: [TensorEntry]
    ) throws(ModelFormatError) -> [(tensor: FileTensor, entry: TensorEntry)] {
        let wanted = fileTensors
        let names = try TensorNames(of: entries, for: wanted.map { ($0.name, fileName(of: $0)) })
        var result: [(tensor: FileTensor, entry: TensorEntry)] = []
        for tensor in wanted {
            guard let entry = names[tensor.name], entry.shape == tensor.shape else {
                throw .tensor(
                    fileName(of: tensor), expected: "\(tensor.shape)",
                    found: names[tensor.name].map { "\($0.shape)" } ?? "none")
            }
            result.append((tensor, entry))
        }
        return result
    }

    /// What the file calls a tensor.
    private func fileName(of tensor: FileTensor) -> String {
        if let name = parameterNames[tensor.name] { return name }
        guard let dot = tensor.name.lastIndex(of: "."), let layer = parameterNames[String(tensor.name[..<dot])] else {
            return tensor.name
        }
        return layer + tensor.name[dot...]
    }
}
