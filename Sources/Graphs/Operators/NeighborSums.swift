import Tensors

/// Weighted sums of `size` neighbours along an axis, as many as there are; those outside count as 0.
struct NeighborSums: FilteringOperator, InternalOperator {
    static let name = "NeighborSums"
    let axis: Int
    let size: Int
    let weight: Float

    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension { size }

    func taps(axis: Int, size count: Int) throws(GraphError) -> [[FilterTap]]? {
        guard axis == self.axis else { return nil }
        return (0..<count).map { index in
            let first = index - (size - 1) / 2
            return (max(first, 0)..<min(first + size, count)).map { FilterTap(index: $0, weight: weight) }
        }
    }

    func permuted(_ permutation: [Int]) -> NeighborSums {
        NeighborSums(axis: permutation[axis], size: size, weight: weight)
    }
}
