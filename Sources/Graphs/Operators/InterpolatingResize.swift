import Tensors

/// Resizing that mixes neighbours, axis by axis: what `Resize` becomes.
package struct InterpolatingResize: FilteringOperator, InternalOperator {
    enum Kind: Sendable, Equatable {
        case linear
        /// With Keys's slope.
        case cubic(a: Float, excludesOutside: Bool)
    }

    package static let name = "InterpolatingResize"
    let axes: [ResizeAxis]
    let coordinates: ResizeAxis.Coordinates
    let kind: Kind

    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension { try axes[axis].outputSize(size) }

    func taps(axis: Int, size: Int) throws(GraphError) -> [[FilterTap]]? {
        guard !axes[axis].isIdentity else { return nil }
        switch kind {
        case .linear: return try axes[axis].linear(size, coordinates)
        case .cubic(let a, let excludesOutside):
            return try axes[axis].cubic(size, coordinates, a: a, excludesOutside: excludesOutside)
        }
    }

    func permuted(_ permutation: [Int]) -> InterpolatingResize {
        var result = axes
        for (axis, source) in permutation.enumerated() { result[source] = axes[axis] }
        return InterpolatingResize(axes: result, coordinates: coordinates, kind: kind)
    }
}
