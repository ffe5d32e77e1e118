import Tensors

/// A resizing operator as files have it; it becomes `NearestResize` or `InterpolatingResize`.
protocol ResizeOperator: DescribedOperator {
    /// The resizing operator once it is known what becomes of each axis.
    func resizing(_ axes: [ResizeAxis]) -> any Operator

    /// The axes that inputs or attributes speak of; nil for all.
    var axes: [Int]? { get }

    /// Which inputs have the factors and the sizes; nil for none.
    var factorInput: Int? { get }
    var sizeInput: Int? { get }

    /// The factors as an attribute.
    var factors: [Float]? { get }
}

extension ResizeOperator {
    private func made(
        rank: Int, known: [Int?], factors: [Float]?, sizes: [Int]?
    ) throws(GraphError) -> any Operator {
        var places = Array(0..<rank)
        if let axes {
            places = []
            for axis in axes { places.append(try Axis.normalized(axis, rank: rank)) }
        }
        var result = [ResizeAxis](repeating: ResizeAxis(scale: 1), count: rank)
        guard (sizes?.count ?? factors?.count) == places.count else {
            throw .structure("\(name): expected \(places.count) factors or sizes")
        }
        for (index, axis) in places.enumerated() {
            if let size = sizes?[index] {
                guard size >= 1 else { throw .attribute("sizes", expected: "sizes of at least 1", found: "\(size)") }
                result[axis] = size == known[axis] ? ResizeAxis(scale: 1) : ResizeAxis(size: size)
            } else if let factor = factors?[index] {
                guard factor > 0, factor <= 1_048_576 else {
                    throw .attribute("scales", expected: "numbers above 0", found: "\(factor)")
                }
                result[axis] = ResizeAxis(scale: factor)
            }
        }
        return resizing(result)
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let type = try inputs.type(0)
        if let sizeInput, inputs.has(sizeInput), let sizes = inputs.sizes(sizeInput), axes == nil,
            sizes.count == type.rank
        {
            // The size of a dimension that stays may be free.
            let fixed = sizes.enumerated().map { $1 == type.dimensions[$0] ? -1 : $1.fixedValue }
            guard !fixed.contains(nil) else {
                throw .input(sizeInput, expected: "sizes known when the model loads", found: "\(sizes)")
            }
            let result = fixed.map { $0 == -1 ? ResizeAxis(scale: 1) : ResizeAxis(size: $0) }
            return Specialization(resizing(result), inputs: [0])
        }
        let sizes = try sizeInput.flatMap { index throws(GraphError) in try inputs.integers(index, "sizes") }
        let op = try made(
            rank: type.rank, known: type.dimensions.map(\.fixedValue), factors: try factors(inputs), sizes: sizes)
        return Specialization(op, inputs: [0])
    }

    private func factors(_ inputs: InferenceInputs) throws(GraphError) -> [Float]? {
        guard let factorInput, inputs.has(factorInput) else { return factors }
        guard let constant = inputs.constant(factorInput) else {
            throw .input(factorInput, expected: "factors known when the model loads", found: "computed ones")
        }
        return constant.elementCount == 0 ? nil : constant.convertedToFloat32().floats
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let special = try specialized(inputs) else { return [] }
        return try special.op.inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let given = factorInput.flatMap { inputs.optional($0) }?.convertedToFloat32().floats
        let op = try made(
            rank: input.shape.rank, known: input.shape.dimensions,
            factors: given.flatMap { $0.isEmpty ? nil : $0 } ?? factors,
            sizes: sizeInput.flatMap { inputs.optional($0)?.integers })
        return try op.evaluate([input])
    }
}
