/// The sum of the magnitudes of the elements along some axes.
package struct ReduceL1: ReductionOperator {
    package static let name = "ReduceL1"
    static let kind = ReductionKind.sumOfMagnitudes
    let axes: [Int]?
    let keepsDimensions: Bool
    let isIdentityWithoutAxes: Bool

    package init(attributes: Attributes) throws(GraphError) {
        axes = try attributes.ints("axes")
        keepsDimensions = try attributes.int("keepdims") ?? 1 != 0
        isIdentityWithoutAxes = try attributes.flag("noop_with_empty_axes")
    }
}
