/// A run of elements in a file of its own of a PyTorch archive, `data/<key>`, which tensors are views of.
struct TorchStorage: Equatable {
    let key: String
    /// nil for bytes whose tensors say what they are.
    let encoding: ElementEncoding?
    /// Elements, or bytes without an encoding.
    let count: Int
}
