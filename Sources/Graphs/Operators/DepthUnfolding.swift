package import Tensors

/// The slices of each window along the depth as channels: [batch, depth, height, width, channels] becomes
/// [batch, places, height, width, channels · window], zeros where the window is outside. With it a convolution over three
/// dimensions is one over two, whose weights have the same order.
package struct DepthUnfolding: InternalOperator {
    package static let name = "DepthUnfolding"
    /// Over one dimension.
    let window: WindowAttributes

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0, rank: 5)
        type.dimensions[1] = try window.outputSize(type.dimensions[1], 0)
        type.dimensions[4] = type.dimensions[4] * .fixed(window.kernel[0])
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let (slices, size) = (Slices(window, Array(shape.dimensions.dropFirst())), shape.strides[0])
        let y = (0..<shape[0] * slices.outputSize).map { element -> Float in
            let (image, rest) = (element / slices.outputSize, element % slices.outputSize)
            let (place, inside) = (rest / slices.size / slices.taps, rest % (slices.size * slices.taps))
            guard let depth = slices.source(place, inside % slices.taps) else { return 0 }
            return x[image * size + depth * slices.size + inside / slices.taps]
        }
        let sizes = [shape[0], slices.places] + shape.dimensions[2...3] + [shape[4] * slices.taps]
        return [Tensor(y, shape: Shape(sizes))]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0).dimensions
        let slices = Slices(window, Array(row.suffix(4)))
        let images = row.dropLast(4).reduce(1, *)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for image in 0..<images {
                unsafe slices.unfold(
                    operands[0] + image * slices.inputSize, into: operands[1] + image * slices.outputSize)
            }
        }
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let slices = Slices(window, Array(context.shape(ofInput: 0).dimensions.dropFirst()))
        let axis = try context.imageAxis()
        let (x, y) = (context.input(0), context.output())
        context.addForward { operands in
            for image in axis.images(operands.rows, size: slices.outputSize) {
                unsafe slices.unfold(
                    operands[x] + image * slices.inputSize, into: operands[y] + image * slices.outputSize)
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                for image in axis.images(operands.rows, size: slices.outputSize) {
                    unsafe slices.fold(
                        operands[dy] + image * slices.outputSize, into: operands[dx] + image * slices.inputSize)
                }
            }
        }
    }

    /// The slices of one image.
    private struct Slices: Sendable {
        let taps, places, depth: Int
        /// Floats of a slice [height, width, channels].
        let size: Int
        private let stride, dilation, before: Int

        /// `row` is [depth, height, width, channels].
        init(_ window: WindowAttributes, _ row: [Int]) {
            let geometry = window.geometry(row[0], 0)
            (taps, places, depth) = (window.kernel[0], geometry.output, row[0])
            size = row.dropFirst().reduce(1, *)
            (stride, dilation, before) = (window.strides[0], window.dilations[0], geometry.before)
        }

        var inputSize: Int { depth * size }
        var outputSize: Int { places * taps * size }

        /// The slice that a tap of a window reads; nil outside.
        func source(_ place: Int, _ tap: Int) -> Int? {
            let source = place * stride + tap * dilation - before
            return source >= 0 && source < depth ? source : nil
        }

        func unfold(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
            for place in 0..<places {
                for tap in 0..<taps {
                    let target = unsafe y + place * taps * size + tap
                    if let source = source(place, tap) {
                        let slice = unsafe x + source * size
                        for index in 0..<size { unsafe target[index * taps] = slice[index] }
                    } else {
                        for index in 0..<size { unsafe target[index * taps] = 0 }
                    }
                }
            }
        }

        /// The gradient of the image.
        func fold(_ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>) {
            unsafe dx.update(repeating: 0, count: inputSize)
            for place in 0..<places {
                for tap in 0..<taps {
                    guard let source = source(place, tap) else { continue }
                    let (gradient, slice) = unsafe (dy + place * taps * size + tap, dx + source * size)
                    for index in 0..<size { unsafe slice[index] += gradient[index * taps] }
                }
            }
        }
    }
}
