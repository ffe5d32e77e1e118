import Tensors

/// Tensors in memory, as if they were a file's.
struct TensorList: TensorFile {
    let tensors: [String: Tensor]

    var entries: [TensorEntry] {
        tensors.map { TensorEntry(name: $0.key, encoding: ElementEncoding($0.value.dtype), shape: $0.value.shape) }
    }

    func tensor(_ name: String) throws(ModelFormatError) -> Tensor {
        guard let tensor = tensors[name] else { preconditionFailure("there is no tensor \(name)") }
        return tensor
    }
}
