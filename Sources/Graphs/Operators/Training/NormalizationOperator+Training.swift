import Tensors

extension NormalizationOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = try context.imageAxis()
        var sizes = context.shape(ofInput: 0).dimensions
        let images = sizes[0]
        sizes[0] = 1
        let loops = try loops(sizes)
        let (x, y) = (context.input(0), context.output())
        let scale = context.hasInput(1) ? context.input(1) : nil
        let shift = context.hasInput(2) ? context.input(2) : nil
        let statistics = context.saved(floats: images * loops.statisticsSize)
        let scratch = context.scratch(floats: loops.scratchSize)
        context.addForward { operands in
            for image in axis.images(operands.rows, size: loops.size) {
                unsafe loops.forward(
                    operands[x] + image * loops.size, scale: scale.map { unsafe UnsafePointer(operands[$0]) },
                    shift: shift.map { unsafe UnsafePointer(operands[$0]) }, into: operands[y] + image * loops.size,
                    statistics: operands[statistics] + image * loops.statisticsSize, scratch: operands[scratch])
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0) else { return }
            let x = context.input(0)
            let scale = scale == nil ? nil : context.input(1)
            let statistics = context.keep(statistics)
            let dx = context.gradient(ofInput: 0)
            let (dScale, dShift) = (context.gradient(ofParameter: 1), context.gradient(ofParameter: 2))
            context.add { operands in
                for image in axis.images(operands.rows, size: loops.size) {
                    unsafe loops.backward(
                        operands[dy] + image * loops.size, x: operands[x] + image * loops.size,
                        scale: scale.map { unsafe UnsafePointer(operands[$0]) },
                        statistics: operands[statistics] + image * loops.statisticsSize,
                        dx: dx.map { unsafe operands[$0] + image * loops.size },
                        dScale: dScale.map { unsafe operands[$0] }, dShift: dShift.map { unsafe operands[$0] })
                }
            }
        }
    }
}
