package import Tensors

/// Sets a part of the elements to zero, chosen at random, and scales up the others (Srivastava et al. 2014): in
/// training. In a served model it hands its input on.
package struct Dropout: Operator {
    package static let name = "Dropout"
    /// The share of elements that training sets to 0: the attribute of old models, which have it as input 1 since opset
    /// 12; nil when only that input says.
    package let ratio: Float?

    package init(attributes: Attributes) throws(GraphError) { ratio = try attributes.float("ratio") }

    package init(ratio: Float) { self.ratio = ratio }

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
        guard ratio >= 0, ratio < 1 else {
            throw .attribute("ratio", expected: "a number in 0..<1", found: "\(ratio)")
        }
        guard ratio > 0 else { return context.alias() }
        let axis = try context.axis(ofOutput: 0)
        let mask = DropoutMask(ratio: ratio, node: UInt64(context.position), axis: axis)
        let factors = context.saved(floats: axis.capacity * axis.rowFloats)
        let (x, y, kernels) = (context.input(0), context.output(), context.kernels)
        context.addForward { operands in
            guard operands.isTraining else {
                return axis.forEachBlock(operands.rows) { offset, count in
                    unsafe (operands[y] + offset).update(from: operands[x] + offset, count: count)
                }
            }
            unsafe mask.write(to: operands[factors], rows: operands.rows, seed: operands.seed)
            axis.forEachBlock(operands.rows) { offset, count in
                unsafe kernels.multiply(
                    operands[x] + offset, operands[factors] + offset, into: operands[y] + offset, count: count)
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

/// Which elements a dropout keeps. Each row has random numbers of its own, so that they do not depend on the threads.
private struct DropoutMask: Sendable {
    let ratio: Float
    let node: UInt64
    let axis: BatchAxis

    /// Writes 0 or 1 / (1 - ratio) for each element of some rows.
    func write(to factors: UnsafeMutablePointer<Float>, rows: Range<Int>, seed: UInt64) {
        let scale = 1 / (1 - ratio)
        for row in rows {
            var mixer = RandomSource(seed: seed ^ node &* 0x9E37_79B9_7F4A_7C15)
            var random = RandomSource(seed: mixer.next() &+ UInt64(row) &* 0xD1B5_4A32_D192_ED03)
            axis.forEachBlock(row..<row + 1) { offset, count in
                for index in 0..<count { unsafe factors[offset + index] = random.uniform() < ratio ? 0 : scale }
            }
        }
    }
}
