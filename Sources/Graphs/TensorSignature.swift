package import Tensors

/// The name, element type and shape of a model's input or output.
package struct TensorSignature: Sendable, Hashable {
    package let name: String
    /// As the file states it; plans take and give float32, whatever it is.
    package let dtype: DType
    /// [batch, …]; the batch is a free symbol unless the model was written for a fixed one.
    package let dimensions: [Dimension]

    package init(name: String, dtype: DType, dimensions: [Dimension]) {
        self.name = name
        self.dtype = dtype
        self.dimensions = dimensions
    }

    /// The sizes of one sample, without the batch; nil where a size is free, such as time.
    package var sampleDimensions: [Int?] { dimensions.dropFirst().map(\.fixedValue) }

    /// The symbol of each free size of a sample; nil where the size is fixed or an expression.
    package var freeSymbols: [String?] {
        dimensions.dropFirst().map { dimension in
            if case .symbol(let name) = dimension { name } else { nil }
        }
    }
}
