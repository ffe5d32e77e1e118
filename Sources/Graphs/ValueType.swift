package import Tensors

/// What is known of a value before it is computed: its element type and the size of each dimension.
package struct ValueType: Hashable, Sendable, CustomStringConvertible {
    package var dtype: DType
    /// Outermost first.
    package var dimensions: [Dimension]

    package init(_ dtype: DType, _ dimensions: [Dimension]) {
        self.dtype = dtype
        self.dimensions = dimensions
    }

    /// The type of a tensor.
    package init(of tensor: Tensor) {
        self.init(tensor.dtype, tensor.shape.dimensions.map { .fixed($0) })
    }

    package var rank: Int { dimensions.count }

    /// The number of elements, as an expression.
    package var elementCount: Dimension { dimensions.reduce(1, *) }

    /// The shape, when every dimension is known.
    package var fixedShape: Shape? {
        let sizes = dimensions.compactMap(\.fixedValue)
        return sizes.count == rank && sizes.allSatisfy { $0 >= 0 } ? Shape(sizes) : nil
    }

    package var description: String { "\(dtype)[\(dimensions.map(\.description).joined(separator: ", "))]" }
}
