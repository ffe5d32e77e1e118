package import Tensors

/// One parameter of an architecture: a named constant of its graph.
package struct ParameterSpec: Sendable, Equatable {
    /// Some of the parameter's elements, one after another, that one initialiser fills.
    package struct Block: Sendable, Equatable {
        /// The elements, in row-major order.
        package let elements: Range<Int>
        /// Their shape, for initialisers that look at it (orthogonal).
        package let shape: Shape
        /// Keras's or PyTorch's name of the initialiser.
        package let initializer: String
        /// Values that go into one unit, and units that a value goes to, as the initialisers count them.
        package let fanIn: Int
        package let fanOut: Int
    }

    /// The layer's name, a point and what it is: `conv2d.weight`.
    package let name: String
    /// As the graph's operators want it.
    package let shape: Shape
    /// How new parameters are filled; the blocks cover all elements once, in order.
    package let blocks: [Block]
    /// Whether gradients change it; statistics of batch normalisation are only counted.
    package let isTrainable: Bool
    /// Whether weight decay applies by convention: to what multiplies, not to biases and the like.
    package let isWeight: Bool

    init(_ name: String, _ shape: Shape, _ blocks: [Block], isTrainable: Bool = true, isWeight: Bool) {
        self.name = name
        self.shape = shape
        self.blocks = blocks
        self.isTrainable = isTrainable
        self.isWeight = isWeight
    }

    /// A parameter that one initialiser fills.
    init(
        _ name: String, _ shape: Shape, _ initializer: String, fanIn: Int, fanOut: Int, isTrainable: Bool = true,
        isWeight: Bool
    ) {
        let block = Block(
            elements: 0..<Self.boundedCount(shape), shape: shape, initializer: initializer, fanIn: fanIn, fanOut: fanOut
        )
        self.init(name, shape, [block], isTrainable: isTrainable, isWeight: isWeight)
    }

    /// The elements of a shape, or the largest integer when there are more: a file may ask for anything.
    static func boundedCount(_ shape: Shape) -> Int {
        shape.dimensions.reduce(1) { product, size in
            let (value, overflow) = product.multipliedReportingOverflow(by: size)
            return overflow ? .max : value
        }
    }
}
