import JSON
import Tensors

/// How far the answers of two models are apart.
package struct Parity: Sendable, Equatable {
    /// The largest difference, for each 1 of an answer above 1.
    package private(set) var largestDifference = 0.0
    /// What it may be at most.
    package let bound: Double
    /// The rows of each comparison.
    package private(set) var batches: [Int] = []
    /// Where the rows came from: random, or the name of a file.
    package let rows: String

    init(bound: Double, rows: String) {
        self.bound = bound
        self.rows = rows
    }

    /// Whether the models answer alike.
    package var holds: Bool { largestDifference <= bound }

    /// Takes in the answers to one batch; other shapes and NaN on one side alone are infinitely far.
    mutating func compare(_ left: [Tensor], _ right: [Tensor], rows: Int) {
        batches.append(rows)
        guard left.map(\.shape) == right.map(\.shape) else { return largestDifference = .infinity }
        for (left, right) in zip(left, right) {
            for (a, b) in zip(left.floats, right.floats) where a != b && !(a.isNaN && b.isNaN) {
                let difference = (Double(a) - Double(b)).magnitude / max(1, Double(a.magnitude))
                largestDifference = max(largestDifference, difference.isNaN ? .infinity : difference)
            }
        }
    }
}
