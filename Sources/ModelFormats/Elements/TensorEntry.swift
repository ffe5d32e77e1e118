package import Tensors

/// A tensor that a file has.
package struct TensorEntry: Sendable, Equatable {
    package let name: String
    /// How the file stores its elements.
    package let encoding: ElementEncoding
    package let shape: Shape
}
