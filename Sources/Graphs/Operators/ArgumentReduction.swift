import Tensors

/// The place of the largest or smallest number along an axis: what `ArgMax` and `ArgMin` share. Plans give it as a float.
protocol ArgumentReduction: DescribedOperator {
    var settings: ArgumentReductionSettings { get }
    static var takesLargest: Bool { get }
}

/// The attributes of `ArgMax` and `ArgMin`.
struct ArgumentReductionSettings: Sendable {
    let axis: Int
    let keepsDimension: Bool
    /// Whether the last of several equal numbers counts.
    let takesLast: Bool

    init(_ attributes: Attributes) throws(GraphError) {
        axis = try attributes.int("axis") ?? 0
        keepsDimension = try attributes.int("keepdims").map { $0 != 0 } ?? true
        takesLast = try attributes.flag("select_last_index")
    }
}

extension ArgumentReduction {
    package static var hasGradient: Bool { false }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        let axis = try Axis.normalized(settings.axis, rank: type.rank)
        if settings.keepsDimension { type.dimensions[axis] = 1 } else { type.dimensions.remove(at: axis) }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let axis = try Axis.normalized(settings.axis, rank: shape.rank)
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        let outer = shape.dimensions[..<axis].reduce(1, *)
        var y: [Float] = []
        for row in 0..<outer {
            for column in 0..<inner {
                let own = (0..<shape[axis]).map { x[(row * shape[axis] + $0) * inner + column] }
                let best = Self.takesLargest ? own.max() : own.min()
                let place = settings.takesLast ? own.lastIndex { $0 == best } : own.firstIndex { $0 == best }
                y.append(Float(place ?? 0))
            }
        }
        var sizes = shape.dimensions
        if settings.keepsDimension { sizes[axis] = 1 } else { sizes.remove(at: axis) }
        return [Tensor(y, shape: Shape(sizes))]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let axis = try context.rowAxis(try Axis.normalized(settings.axis, rank: context.type(ofInput: 0).rank))
        let shape = context.rowShape(ofInput: 0)
        let (size, inner) = (shape[axis], shape.dimensions[(axis + 1)...].reduce(1, *))
        let (outer, settings) = (shape.dimensions[..<axis].reduce(1, *), settings)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for result in 0..<outer * inner {
                let x = unsafe operands[0] + result / inner * size * inner + result % inner
                unsafe operands[1][result] = Float(Self.place(settings, x, size: size, stride: inner))
            }
        }
    }

    /// The place of the best of `size` numbers that lie `stride` apart.
    static func place(
        _ settings: ArgumentReductionSettings, _ x: UnsafePointer<Float>, size: Int, stride: Int
    ) -> Int {
        var best = 0
        for place in 1..<max(size, 1) {
            let (new, old) = unsafe (x[place * stride], x[best * stride])
            if takesLargest ? new > old : new < old { best = place }
            if settings.takesLast, new == old { best = place }
        }
        return best
    }
}

/// The place of the largest number along an axis.
package struct ArgMax: ArgumentReduction {
    package static let name = "ArgMax"
    static let takesLargest = true
    let settings: ArgumentReductionSettings
    package init(attributes: Attributes) throws(GraphError) { settings = try ArgumentReductionSettings(attributes) }
}

/// The place of the smallest number along an axis.
package struct ArgMin: ArgumentReduction {
    package static let name = "ArgMin"
    static let takesLargest = false
    let settings: ArgumentReductionSettings
    package init(attributes: Attributes) throws(GraphError) { settings = try ArgumentReductionSettings(attributes) }
}
