/// The sizes of a tensor's dimensions, outermost first. A scalar has rank 0.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// Size of each dimension, ≥ 0.
    package let dimensions: [Int]

    package init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "negative dimension in \(dimensions)")
        self.dimensions = dimensions
    }

    package init(arrayLiteral elements: Int...) { self.init(elements) }

    /// Number of dimensions.
    package var rank: Int { dimensions.count }

    /// Product of the dimensions; 1 for a scalar.
    package var elementCount: Int { dimensions.reduce(1, *) }

    /// Row-major strides in elements.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    package subscript(axis: Int) -> Int { dimensions[axis] }

    package var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
