import Glibc
import Tensors

/// Exponentials along `axis` divided by their sum; `LogSoftmax` is its logarithm.
protocol SoftmaxOperator: DescribedOperator {
    static var isLogarithm: Bool { get }
    var axis: Int { get }
    /// Before opset 13 all dimensions from `axis` on are one.
    var flattens: Bool { get }

    /// Along the last axis.
    init()
}

extension SoftmaxOperator {
    /// Along another axis than the last one: between two turns of the dimensions.
    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let type = try graph.inputs.type(0)
        let axis = try Axis.normalized(axis, rank: type.rank)
        guard !flattens, type.dimensions[(axis + 1)...].contains(where: { $0 != 1 }) else { return nil }
        let order = (0..<type.rank).filter { $0 != axis } + [axis]
        let last = graph.add(Self(), [graph.add(Transpose(order), [try graph.input(0)])])
        return [graph.add(Transpose(order.indices.sorted { order[$0] < order[$1] }), [last])]
    }

    /// How many elements one softmax spans; in plans and in training only the last dimensions do.
    func columns(_ dimensions: [Int]) throws(GraphError) -> Int {
        let axis = try Axis.normalized(axis, rank: dimensions.count)
        guard flattens || dimensions[(axis + 1)...].allSatisfy({ $0 == 1 }) else {
            throw .unsupported(
                "\(name) along axis \(axis) of \(dimensions.count) dimensions is not supported, only the last")
        }
        return dimensions[axis...].reduce(1, *)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32, type.rank > 0 else {
            throw .input(0, expected: "float32 of at least one dimension", found: "\(type)")
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (elements, shape) = try inputs.floats(0)
        let axis = try Axis.normalized(axis, rank: shape.rank)
        let span = flattens ? shape.dimensions[axis...].reduce(1, *) : shape[axis]
        let inner = flattens ? 1 : shape.strides[axis]
        var result = elements
        for first in 0..<elements.count / max(span, 1) {
            let start = first / inner * span * inner + first % inner
            let members = (0..<span).map { start + $0 * inner }
            let highest = members.map { elements[$0] }.max() ?? 0
            let sum = members.reduce(0.0) { $0 + exp(Double(elements[$1] - highest)) }
            for member in members {
                let value = Double(elements[member] - highest)
                result[member] = Self.isLogarithm ? Float(value - log(sum)) : Float(exp(value) / sum)
            }
        }
        return [Tensor(result, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let type = context.type(ofInput: 0)
        let row = context.rowShape(ofInput: 0)
        let dropped = type.rank - row.rank
        _ = try context.rowAxis(try Axis.normalized(axis, rank: type.rank))
        let columns = try columns([Int](repeating: 1, count: dropped) + row.dimensions)
        let rows = row.elementCount / max(columns, 1)
        let kernels = context.kernels
        let isLogarithm = Self.isLogarithm
        context.addRowwiseStep(reads: [0]) { operands, _ in
            if isLogarithm {
                unsafe kernels.logSoftmax(operands[0], into: operands[1], rows: rows, columns: columns)
            } else {
                unsafe kernels.softmax(operands[0], into: operands[1], rows: rows, columns: columns)
            }
        }
    }
}
