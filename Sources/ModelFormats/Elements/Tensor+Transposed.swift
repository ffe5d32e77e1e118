import Tensors

extension Tensor {
    /// The tensor with its dimensions in reverse order.
    func transposed() -> Tensor {
        gathered(shape: Shape(shape.dimensions.reversed()), strides: shape.strides.reversed())
    }
}
