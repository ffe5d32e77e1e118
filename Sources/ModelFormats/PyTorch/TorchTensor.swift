import Tensors

/// A tensor as PyTorch describes it: a view of a storage.
struct TorchTensor: Equatable {
    let storage: TorchStorage
    let encoding: ElementEncoding
    /// Elements before the first.
    let offset: Int
    let shape: Shape
    /// Elements from one index of a dimension to the next.
    let strides: [Int]

    /// Whether the elements stand one after another in row-major order.
    var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape.dimensions, strides).reversed() where size != 1 {
            if stride != expected { return shape.elementCount == 0 }
            expected *= size
        }
        return true
    }

    /// Elements of the storage from the first that the view has up to its last; 0 for an empty view.
    var reach: Int {
        shape.elementCount == 0 ? 0 : zip(shape.dimensions, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
    }
}
