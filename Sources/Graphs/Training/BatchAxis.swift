import Tensors

/// How the rows of a batch lie in a value of a training plan: `outer` blocks, each with `inner` floats a row.
///
/// A value [batch, …] has one block; one with the time first, [time, batch, …], has a block for each step.
package struct BatchAxis: Sendable {
    /// Blocks: the product of the dimensions before the batch.
    package let outer: Int
    /// Rows of a block as it is laid out, the most a batch can have.
    package let capacity: Int
    /// Floats of one row in one block.
    package let inner: Int

    /// Floats of one row.
    package var rowFloats: Int { outer * inner }

    init(outer: Int, capacity: Int, inner: Int) { (self.outer, self.capacity, self.inner) = (outer, capacity, inner) }

    /// The axis of a value whose type has the batch as a symbol; nil when it has no rows.
    /// - Parameters:
    ///   - type: With the batch free and everything else known.
    ///   - symbol: The batch.
    ///   - capacity: The largest batch.
    /// - Throws: when the batch is not one whole dimension or a factor of one.
    init?(_ type: ValueType, symbol: String, capacity: Int) throws(GraphError) {
        guard let axis = type.dimensions.firstIndex(where: { $0.symbols.contains(symbol) }) else { return nil }
        let before = type.dimensions[..<axis].compactMap(\.fixedValue)
        let after = type.dimensions[(axis + 1)...].compactMap(\.fixedValue)
        guard before.count == axis, after.count == type.rank - axis - 1,
            let factor = type.dimensions[axis].dividedExactly(by: .symbol(symbol))?.fixedValue
        else { throw .unsupported("\(type) cannot be trained through: the batch is not one of its dimensions") }
        outer = before.reduce(1, *)
        inner = after.reduce(factor, *)
        self.capacity = capacity
    }

    /// Copies the floats of some rows, each in its own order, to where they lie in another value.
    func copyRows(
        _ rows: Range<Int>, from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
        as other: BatchAxis
    ) {
        let width = min(inner, other.inner)
        for row in rows {
            for start in stride(from: 0, to: rowFloats, by: width) {
                let (from, to) = (offset(of: start, row: row), other.offset(of: start, row: row))
                unsafe (target + to).update(from: source + from, count: width)
            }
        }
    }

    /// Where a row's float with this index lies.
    private func offset(of index: Int, row: Int) -> Int {
        let (block, place) = index.quotientAndRemainder(dividingBy: inner)
        return (block * capacity + row) * inner + place
    }

    /// The images of some rows in a value [batch · n, …] of images of `size` floats.
    package func images(_ rows: Range<Int>, size: Int) -> Range<Int> {
        rows.lowerBound * (inner / size)..<rows.upperBound * (inner / size)
    }

    /// Calls `body` with the offset and the number of floats of each block's share of `rows`.
    @inline(__always)
    package func forEachBlock(_ rows: Range<Int>, _ body: (_ offset: Int, _ count: Int) -> Void) {
        for block in 0..<outer { body((block * capacity + rows.lowerBound) * inner, rows.count * inner) }
    }
}
