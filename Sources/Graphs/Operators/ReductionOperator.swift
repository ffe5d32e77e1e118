import Tensors

/// What a reduction does with the numbers of a group.
enum ReductionKind: Sendable {
    case sum, mean, maximum, minimum, product
    case sumOfMagnitudes, sumOfSquares
    /// The root of the sum of squares.
    case length

    /// What one element adds to its group.
    func term(_ x: Float) -> Float {
        switch self {
        case .sumOfMagnitudes: x.magnitude
        case .sumOfSquares, .length: x * x
        case .sum, .mean, .maximum, .minimum, .product: x
        }
    }

    /// The result for a group of so many elements, from what has been gathered.
    func result(_ gathered: Float, count: Int) -> Float {
        switch self {
        case .mean: gathered * (1 / Float(count))
        case .length: gathered.squareRoot()
        default: gathered
        }
    }

    /// Whether the gathered numbers are not the terms or the results themselves.
    var hasTerms: Bool { self == .sumOfMagnitudes || self == .sumOfSquares || self == .length }
    var hasResult: Bool { self == .mean || self == .length }

    /// The derivative of a result y by an element x of its group; not of maximum and minimum, whose winners share it.
    func derivative(x: Float, y: Float, count: Int) -> Float {
        switch self {
        case .sum, .maximum, .minimum: 1
        case .mean: 1 / Float(count)
        case .product: y / x
        case .sumOfMagnitudes: x > 0 ? 1 : x < 0 ? -1 : 0
        case .sumOfSquares: 2 * x
        case .length: y == 0 ? 0 : x / y
        }
    }
}

/// One number for all elements along some axes.
protocol ReductionOperator: DescribedOperator {
    static var kind: ReductionKind { get }
    /// The axes as an attribute, as files had them before they became input 1.
    var axes: [Int]? { get }
    /// Whether reduced dimensions stay with size 1.
    var keepsDimensions: Bool { get }
    /// Whether no axes at all means to change nothing instead of reducing all.
    var isIdentityWithoutAxes: Bool { get }
}

extension ReductionOperator {
    package static var isCostly: Bool { true }

    /// Becomes `Reduction` once the axes are known.
    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let axes = try inputs.integers(1, "axes") ?? axes ?? []
        if axes.isEmpty, isIdentityWithoutAxes { return Specialization(Identity(), inputs: [0]) }
        return Specialization(try reduction(axes, rank: try inputs.type(0).rank), inputs: [0])
    }

    private func reduction(_ axes: [Int], rank: Int) throws(GraphError) -> Reduction {
        let axes = axes.isEmpty ? Array(0..<rank) : try Axis.normalized(axes, rank: rank)
        return Reduction(Self.kind, axes: axes, keepsDimensions: keepsDimensions)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let specialization = try specialized(inputs) else { return [] }
        return try specialization.op.inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let axes = inputs.optional(1)?.integers ?? axes ?? []
        if axes.isEmpty, isIdentityWithoutAxes { return [input] }
        return try reduction(axes, rank: input.shape.rank).evaluate([input])
    }
}
