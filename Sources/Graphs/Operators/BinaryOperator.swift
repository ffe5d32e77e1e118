import Tensors

/// An elementwise operator of two inputs with broadcasting. On integers it does shape arithmetic only.
protocol BinaryOperator: DescribedOperator {
    static var kind: BinaryKind { get }
}

extension BinaryOperator {
    package static var joinsTypes: Bool { true }

    package static var hasGradient: Bool { !kind.isComparison }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (a, b) = (try inputs.type(0), try inputs.type(1))
        let dtype: DType
        if Self.kind.isComparison {
            // Plans compute in float32; only what is known when the model loads is true or false.
            dtype = a.dtype == .float32 || b.dtype == .float32 ? .float32 : .bool
        } else {
            guard a.dtype == b.dtype else { throw .input(1, expected: "\(a.dtype)", found: "\(b.dtype)") }
            dtype = a.dtype
        }
        return [ValueType(dtype, try Broadcast.dimensions(a.dimensions, b.dimensions))]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let a = inputs.sizes(0), let b = inputs.sizes(1), !a.isEmpty, !b.isEmpty,
            a.count == b.count || a.count == 1 || b.count == 1
        else { return nil }
        let results = (0..<max(a.count, b.count)).map { index in
            Self.kind.apply(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
        }
        return results.contains(nil) ? nil : results.compactMap(\.self)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (a, b) = (try inputs.required(0), try inputs.required(1))
        let sizes = try Broadcast.dimensions(ValueType(of: a).dimensions, ValueType(of: b).dimensions)
        let shape = Shape(sizes.compactMap(\.fixedValue))
        let left = Broadcast.gathered(a, shape: shape, strides: Broadcast.strides(of: a.shape, to: shape))
        let right = Broadcast.gathered(b, shape: shape, strides: Broadcast.strides(of: b.shape, to: shape))
        if a.dtype == .float32 || b.dtype == .float32 {
            let pairs = zip(left.convertedToFloat32().floats, right.convertedToFloat32().floats)
            return [Tensor(pairs.map { Self.kind.apply($0, $1) }, shape: shape)]
        }
        guard let leftSizes = left.convertedToInt64()?.integers, let rightSizes = right.convertedToInt64()?.integers
        else { throw .input(0, expected: "float32 or integers", found: "\(a.dtype)") }
        let results = zip(leftSizes, rightSizes).map { Self.kind.apply($0, $1) }
        guard !results.contains(nil) else { throw .input(1, expected: "divisors other than 0", found: "0") }
        let dtype = Self.kind.isComparison ? DType.bool : a.dtype
        return try Self.cast(Tensor(results.compactMap(\.self), shape: shape), to: dtype)
    }

    private static func cast(_ tensor: Tensor, to dtype: DType) throws(GraphError) -> [Tensor] {
        switch dtype {
        case .int64: [tensor]
        case .bool:
            [Tensor(copying: (tensor.integers ?? []).map { UInt8($0 == 0 ? 0 : 1) }, dtype: dtype, shape: tensor.shape)]
        case .int32:
            [
                Tensor(
                    copying: (tensor.integers ?? []).map { Int32(truncatingIfNeeded: $0) }, dtype: dtype,
                    shape: tensor.shape)
            ]
        default: throw .unsupported("\(name) of \(dtype) is not supported")
        }
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let shape = context.rowShape(ofOutput: 0)
        let count = shape.elementCount
        let kernel = unsafe Self.kernel(context.kernels)
        for (constant, other) in [(1, 0), (0, 1)] {
            guard let tensor = context.constant(constant) else { continue }
            let row = try Self.row(tensor, shape)
            guard context.rowShape(ofInput: other) == shape else { break }
            context.addRowwiseStep(reading: other, constantRow: row.storage) { operands, _ in
                let (x, fixed, y) = unsafe (operands[0], operands[1], operands[2])
                if constant == 1 { unsafe kernel(x, fixed, y, count) } else { unsafe kernel(fixed, x, y, count) }
            }
            return
        }
        try lowerComputed(&context, shape)
    }

    /// Both operands are computed, or a computed one is stretched.
    private func lowerComputed(_ context: inout LoweringContext, _ shape: Shape) throws(GraphError) {
        let shapes = (0..<2).map { context.operandShape($0, rank: shape.rank) }
        let count = shape.elementCount
        if shapes[0] == shape, shapes[1] == shape {
            let kernel = unsafe Self.kernel(context.kernels)
            context.addRowwiseStep(reads: [0, 1]) { operands, _ in
                unsafe kernel(operands[0], operands[1], operands[2], count)
            }
            return
        }
        guard shapes.allSatisfy({ $0.rank <= shape.rank }) else {
            throw .unsupported("\(name) stretches along the batch dimension")
        }
        let strides = shapes.map { Broadcast.strides(of: $0, to: shape) }
        context.addRowwiseStep(reads: [0, 1]) { operands, _ in
            let (a, b, y) = unsafe (operands[0], operands[1], operands[2])
            var index = 0
            Broadcast.forEachOffset(shape, strides: strides) { offsets in
                unsafe y[index] = Self.kind.apply(a[offsets[0]], b[offsets[1]])
                index += 1
            }
        }
    }

    /// A constant operand stretched to one row of the result; its batch dimension, if it has one, must be 1.
    private static func row(_ tensor: Tensor, _ shape: Shape) throws(GraphError) -> Tensor {
        var own = tensor.shape.dimensions
        while own.count > shape.rank, own.first == 1 { own.removeFirst() }
        guard own.count <= shape.rank else {
            throw .unsupported("\(name) with a constant that differs between the rows of a batch is not supported")
        }
        let reshaped = tensor.reshaped(to: Shape(own))
        return Broadcast.gathered(
            reshaped, shape: shape, strides: Broadcast.strides(of: reshaped.shape, to: shape))
    }

    private static func kernel(
        _ kernels: Kernels
    )
        -> @Sendable (
            _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
        ) -> Void
    {
        switch kind {
        case .add: { unsafe kernels.add($0, $1, into: $2, count: $3) }
        case .subtract: { unsafe kernels.subtract($0, $1, into: $2, count: $3) }
        case .multiply: { unsafe kernels.multiply($0, $1, into: $2, count: $3) }
        case .divide: { unsafe kernels.divide($0, $1, into: $2, count: $3) }
        default: { a, b, y, count in for index in 0..<count { unsafe y[index] = kind.apply(a[index], b[index]) } }
        }
    }
}
