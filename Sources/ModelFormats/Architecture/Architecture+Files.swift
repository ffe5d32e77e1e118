import Graphs
package import Tensors

/// Between the constants of a graph and the tensors of `model.safetensors`, bit by bit.
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

    /// The graph's constants; throws when a tensor is missing, of another shape or one too many.
    package func graphConstants(
        fromFileTensors tensors: [String: Tensor]
    ) throws(ModelFormatError) -> [String: Tensor] {
        let wanted = fileTensors
        let known = Set(wanted.map(\.name))
        if let other = tensors.keys.filter({ !known.contains($0) }).min() {
            throw .tensor(other, expected: "only tensors of the architecture's layers", found: "one of no layer")
        }
        var shapes: [String: Shape] = [:]
        for spec in parameters { shapes[spec.name] = spec.shape }
        var elements: [String: [Float]] = [:]
        var result: [String: Tensor] = [:]
        for tensor in wanted {
            guard let found = tensors[tensor.name], found.shape == tensor.shape, found.dtype == .float32 else {
                throw .tensor(
                    tensor.name, expected: "float32\(tensor.shape)",
                    found: tensors[tensor.name].map { "\(ValueType(of: $0))" } ?? "none")
            }
            guard let shape = shapes[tensor.parameter] else { preconditionFailure("a tensor of no parameter") }
            if tensor.isWhole(shape) {
                result[tensor.parameter] = found.reshaped(to: shape)
            } else {
                let zeros = [Float](repeating: 0, count: shape.elementCount)
                tensor.write(found.floats, to: &elements[tensor.parameter, default: zeros])
            }
        }
        for (name, list) in elements { result[name] = Tensor(list, shape: shapes[name] ?? []) }
        return result
    }
}
