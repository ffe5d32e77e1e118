import Glibc
import Tensors

/// Exponentials along `axis` divided by their sum; `LogSoftmax` is its logarithm.
protocol SoftmaxOperator: DescribedOperator {
    static var isLogarithm: Bool { get }
    var axis: Int { get }
    /// Before opset 13 all dimensions from `axis` on are one.
    var flattens: Bool { get }
}

extension SoftmaxOperator {
    /// How many elements one softmax spans; only the last dimensions are supported.
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
        let columns = try columns(shape.dimensions)
        var result = [Float]()
        for start in stride(from: 0, to: elements.count, by: max(columns, 1)) {
            let row = elements[start..<(start + columns)]
            let highest = row.max() ?? 0
            let sum = row.reduce(0.0) { $0 + exp(Double($1 - highest)) }
            result += row.map {
                Self.isLogarithm ? Float(Double($0 - highest) - log(sum)) : Float(exp(Double($0 - highest)) / sum)
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
