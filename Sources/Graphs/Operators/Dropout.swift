package import Tensors

/// Sets a part of the elements to zero, chosen at random, and scales up the others (Srivastava et al. 2014): in
/// training. In a served model it hands its input on.
package struct Dropout: Operator {
    package static let name = "Dropout"
    /// The share of elements that training sets to 0: the attribute of old models, which have it as input 1 since opset
    /// 12; nil when only that input says.
    package let ratio: Float?

    /// What training does to the elements.
    let noise: Noise
    /// The axes along which all elements share one random number, the batch counted as 0.
    let sharedAxes: [Int]

    /// The kinds of noise that training adds.
    package enum Noise: Sendable {
        /// Sets a share of the elements to 0 and scales up the others.
        case dropout
        /// Multiplies by normal numbers around 1, of the deviation that a dropout of this ratio has.
        case gaussianDropout
        /// Adds normal numbers around 0; the ratio is their deviation.
        case gaussianNoise
        /// Keeps the mean and the deviation of what SELU makes (Klambauer et al. 2017).
        case alphaDropout
    }

    package init(attributes: Attributes) throws(GraphError) {
        ratio = try attributes.float("ratio")
        (noise, sharedAxes) = (.dropout, [])
    }

    package init(ratio: Float, noise: Noise = .dropout, sharedAxes: [Int] = []) {
        (self.ratio, self.noise, self.sharedAxes) = (ratio, noise, sharedAxes)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        if let mode = inputs.constant(2), mode.elements(as: UInt8.self).contains(where: { $0 != 0 }) {
            throw .unsupported("Dropout in training mode is not supported in a served model")
        }
        return [type]
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        _ = try inferTypes(inputs)
        return Specialization(Identity(), inputs: [0])
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [try inputs.required(0)] }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let given = context.constant(1)?.convertedToFloat32().floats.first
        let ratio = ratio ?? given ?? 0.5
        guard ratio >= 0, ratio < 1 || noise == .gaussianNoise else {
            throw .attribute("ratio", expected: "a number in 0..<1", found: "\(ratio)")
        }
        guard ratio > 0 else { return context.alias() }
        let axis = try context.axis(ofOutput: 0)
        let mask = try NoiseMask(self, ratio: ratio, node: UInt64(context.position), context)
        let factors = context.saved(floats: axis.capacity * axis.rowFloats)
        let offsets = mask.addsOffsets ? context.saved(floats: axis.capacity * axis.rowFloats) : nil
        let (x, y, kernels) = (context.input(0), context.output(), context.kernels)
        context.addForward { operands in
            guard operands.isTraining else {
                return axis.forEachBlock(operands.rows) { offset, count in
                    unsafe (operands[y] + offset).update(from: operands[x] + offset, count: count)
                }
            }
            unsafe mask.write(
                to: operands[factors], offsets.map { unsafe operands[$0] }, rows: operands.rows, seed: operands.seed)
            axis.forEachBlock(operands.rows) { offset, count in
                let y = unsafe operands[y] + offset
                unsafe kernels.multiply(operands[x] + offset, operands[factors] + offset, into: y, count: count)
                if let offsets { unsafe kernels.add(y, operands[offsets] + offset, into: y, count: count) }
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let factors = context.keep(factors)
            context.add { operands in
                axis.forEachBlock(operands.rows) { offset, count in
                    unsafe kernels.multiply(
                        operands[dy] + offset, operands[factors] + offset, into: operands[dx] + offset, count: count)
                }
            }
        }
    }
}
