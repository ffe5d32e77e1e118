import Graphs
package import Tensors

/// Between the constants of a graph and the tensors of `model.safetensors`, bit by bit.
extension Architecture {
    private var fileTensors: [FileTensor] { nodes.flatMap(\.plan.fileTensors) }

    /// The tensors as the file has them, by PyTorch's names and in its layouts.
    /// - Parameter constants: One for each of `parameters`, by name.
    package func fileTensors(fromGraphConstants constants: [String: Tensor]) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for tensor in fileTensors {
            guard let constant = constants[tensor.parameter] else {
                preconditionFailure("the parameter \(tensor.parameter) is missing")
            }
            result[tensor.name] = tensor.read(from: constant.floats)
        }
        return result
    }

    /// The graph's constants; throws when a tensor is missing, of another shape or one too many.
    package func graphConstants(
        fromFileTensors tensors: [String: Tensor]
    ) throws(ModelFormatError) -> [String: Tensor] {
        let wanted = fileTensors
        let known = Set(wanted.map(\.name))
        if let other = tensors.keys.filter({ !known.contains($0) }).min() {
            throw .tensor(other, expected: "only tensors of the architecture's layers", found: "one of no layer")
        }
        var elements: [String: [Float]] = [:]
        for spec in parameters { elements[spec.name] = [Float](repeating: 0, count: spec.shape.elementCount) }
        for tensor in wanted {
            guard let found = tensors[tensor.name], found.shape == tensor.shape, found.dtype == .float32 else {
                throw .tensor(
                    tensor.name, expected: "float32\(tensor.shape)",
                    found: tensors[tensor.name].map { "\(ValueType(of: $0))" } ?? "none")
            }
            tensor.write(found.floats, to: &elements[tensor.parameter, default: []])
        }
        var result: [String: Tensor] = [:]
        for spec in parameters { result[spec.name] = Tensor(elements[spec.name] ?? [], shape: spec.shape) }
        return result
    }
}
