import Tensors

/// Resizing that takes the nearest element: what `Resize` becomes.
package struct NearestResize: IndexingOperator, InternalOperator {
    package static let name = "NearestResize"
    let axes: [ResizeAxis]
    let coordinates: ResizeAxis.Coordinates
    let rounding: ResizeAxis.Rounding
    let fill: Float = 0

    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension { try axes[axis].outputSize(size) }

    func indices(axis: Int, size: Int) throws(GraphError) -> [Int]? {
        axes[axis].isIdentity ? nil : try axes[axis].nearest(size, coordinates, rounding)
    }

    func permuted(_ permutation: [Int]) -> NearestResize {
        var result = axes
        for (axis, source) in permutation.enumerated() { result[source] = axes[axis] }
        return NearestResize(axes: result, coordinates: coordinates, rounding: rounding)
    }
}
