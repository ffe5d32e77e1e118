import Tensors

/// How values are cut into rows: every value's first dimension is the batch, or the whole value is one row.
package enum RowLayout: Sendable, Equatable {
    /// Dimension 0 of every computed value is this free symbol, or a multiple of it, of which each row then has that
    /// many; rows are independent of each other.
    case leadingBatch(String)
    /// All sizes are known, and a run computes everything at once.
    case whole

    /// Elements that one row may have, 256 MiB: more than any image or sequence, few enough that a file that lies about
    /// its sizes cannot take all memory with its first run.
    private static let largestRow = 1 << 26

    /// The shape of one row of a value; throws when it is not known, empty or absurdly large.
    func rowShape(of type: ValueType?) throws(GraphError) -> Shape {
        let shape = try knownShape(of: type)
        var count = 1
        for size in shape.dimensions {
            guard size > 0 else { throw .structure("\(shape) has no elements") }
            guard size <= Self.largestRow / count else {
                throw .structure("\(shape) has too many elements; a row may have \(Self.largestRow)")
            }
            count *= size
        }
        return shape
    }

    private func knownShape(of type: ValueType?) throws(GraphError) -> Shape {
        guard let type else { throw .structure("a value has no type") }
        switch self {
        case .whole:
            guard let shape = type.fixedShape else { throw .structure("\(type) has a free size") }
            return shape
        case .leadingBatch(let symbol):
            guard let multiple = Self.multiple(of: symbol, in: type) else {
                throw .structure("dimension 0 of \(type) is not the batch")
            }
            guard let shape = ValueType(type.dtype, Array(type.dimensions.dropFirst())).fixedShape else {
                throw .structure("\(type) has a free size besides the batch")
            }
            return multiple == 1 ? shape : Shape([multiple] + shape.dimensions)
        }
    }

    /// What dimension 0 is as a multiple of the batch; nil when it is none.
    static func multiple(of symbol: String, in type: ValueType) -> Int? {
        type.dimensions.first?.dividedExactly(by: .symbol(symbol))?.fixedValue
    }

    /// How many leading dimensions are the batch's, which no operator may work along.
    var batchAxes: Int { self == .whole ? 0 : 1 }

    /// How many leading dimensions of a value its rows do not have.
    func droppedAxes(of type: ValueType) -> Int {
        guard case .leadingBatch(let symbol) = self else { return 0 }
        return Self.multiple(of: symbol, in: type) == 1 ? 1 : 0
    }
}
