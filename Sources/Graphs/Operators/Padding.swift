import Tensors

/// Elements before and after each dimension; negative numbers take some away. What `Pad` becomes.
package struct Padding: IndexingOperator, InternalOperator {
    /// What the new elements are.
    enum Mode: String, Sendable, CaseIterable {
        /// One number.
        case constant
        /// The elements inside, mirrored at the first and the last one.
        case reflect
        /// The first or the last one.
        case edge
        /// Those from the other side.
        case wrap
    }

    package static let name = "Padding"
    let mode: Mode
    let before, after: [Int]
    let fill: Float

    init(_ mode: Mode, before: [Int], after: [Int], fill: Float) {
        (self.mode, self.before, self.after, self.fill) = (mode, before, after, fill)
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        (before + after).allSatisfy { $0 == 0 } ? Specialization(Identity(), inputs: [0]) : nil
    }

    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension {
        size + .fixed(before[axis] + after[axis])
    }

    func indices(axis: Int, size: Int) throws(GraphError) -> [Int]? {
        let (before, after) = (before[axis], after[axis])
        guard before != 0 || after != 0 else { return nil }
        let most = mode == .reflect ? size - 1 : size
        guard mode == .constant || mode == .edge || max(before, after) <= most, size + before + after > 0 else {
            throw .input(0, expected: "a dimension \(axis) that fits \(mode.rawValue) padding", found: "size \(size)")
        }
        return (-before..<size + after).map { index in
            if (0..<size).contains(index) { return index }
            return switch mode {
            case .constant: -1
            case .edge: index < 0 ? 0 : size - 1
            case .reflect: index < 0 ? -index : 2 * (size - 1) - index
            case .wrap: index < 0 ? index + size : index - size
            }
        }
    }

    func permuted(_ permutation: [Int]) -> Padding {
        var (first, last) = (before, after)
        for (axis, source) in permutation.enumerated() { (first[source], last[source]) = (before[axis], after[axis]) }
        return Padding(mode, before: first, after: last, fill: fill)
    }
}
