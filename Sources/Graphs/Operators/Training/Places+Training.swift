import Tensors

/// Where the largest and smallest numbers stand: places do not change smoothly, so that no gradient goes through them.
extension ArgumentReduction {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        let axis = try Axis.normalized(settings.axis, rank: shape.rank)
        let slices = try AxisSlices(ofInput: 0, axis: axis, context: context)
        let (x, y, size, settings) = (context.input(0), context.output(), shape[axis], settings)
        context.addForward { operands in
            slices.forEachPlace(operands.rows, size, 1) { whole, part, count in
                for index in 0..<count {
                    unsafe operands[y][part + index] = Float(
                        Self.place(
                            settings, operands[x] + whole + index, size: size, stride: slices.stride))
                }
            }
        }
    }
}

extension TopPlaces {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let slices = try AxisSlices(ofInput: 0, axis: axis, context: context)
        let (x, y, size) = (context.input(0), context.output(), context.shape(ofInput: 0)[axis])
        context.addForward { operands in
            slices.forEachPlace(operands.rows, size, count) { whole, part, floats in
                for index in 0..<floats {
                    unsafe insert(
                        operands[x] + whole + index, size: size, stride: slices.stride, into: operands[y] + part + index
                    )
                }
            }
        }
    }
}
