import Tensors

/// Normalisation by the statistics of the sample itself. Inputs: x, and for each channel a scale and a shift, either of
/// which may be left out.
protocol NormalizationOperator: Operator {
    var epsilon: Float { get }

    /// The groups of a value of these sizes, the batch included; throws for a rank or a size that does not fit.
    func loops(_ sizes: [Int]) throws(GraphError) -> NormalizationLoops
}

extension NormalizationOperator {
    package static var isCostly: Bool { true }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true)] }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        let loops = try loops(type.dimensions.map { $0.fixedValue ?? 1 })
        for index in 1...2 where inputs.has(index) {
            guard let constant = inputs.constant(index), constant.dtype == .float32,
                constant.elementCount == loops.channels
            else {
                throw .input(
                    index, expected: "\(loops.channels) float32 known when the model loads",
                    found: "\(try inputs.type(index))")
            }
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let loops = try loops(shape.dimensions)
        let (scale, shift) = (inputs.optional(1)?.floats, inputs.optional(2)?.floats)
        var y = x
        for block in 0..<loops.blocks {
            for group in 0..<loops.groups {
                let elements = (0..<loops.rows).flatMap { row in
                    let start = ((block * loops.rows + row) * loops.groups + group) * loops.width
                    return Array(start..<start + loops.width)
                }
                let count = Double(elements.count)
                let mean = loops.isRootMeanSquare ? 0 : elements.reduce(0) { $0 + Double(x[$1]) } / count
                let variance = elements.reduce(0) { $0 + (Double(x[$1]) - mean) * (Double(x[$1]) - mean) } / count
                for element in elements {
                    let channel = element % (loops.groups * loops.width) / loops.shared
                    let normal = (Double(x[element]) - mean) / (variance + Double(epsilon)).squareRoot()
                    y[element] = Float(normal * Double(scale?[channel] ?? 1) + Double(shift?[channel] ?? 0))
                }
            }
        }
        return [Tensor(y, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0)
        let dropped = context.type(ofInput: 0).rank - row.rank
        let loops = try loops([Int](repeating: 1, count: dropped) + row.dimensions)
        let parameters = (1...2).map { context.hasInput($0) ? context.constant($0)?.storage : nil }
        context.addRowwiseStep(reads: [0], scratch: loops.statisticsSize + loops.scratchSize + 16) { operands, _ in
            // Sums in double precision stand on a cache line of their own.
            let statistics = unsafe operands[2] + (loops.scratchSize + 15) / 16 * 16
            unsafe loops.forward(
                operands[0], scale: parameters[0].map { unsafe UnsafePointer($0.floats) },
                shift: parameters[1].map { unsafe UnsafePointer($0.floats) }, into: operands[1],
                statistics: statistics, scratch: operands[2])
        }
    }
}
