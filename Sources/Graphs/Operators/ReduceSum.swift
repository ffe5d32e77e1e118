/// The sum of the elements along some axes.
package struct ReduceSum: ReductionOperator {
    package static let name = "ReduceSum"
    static let kind = ReductionKind.sum
    let axes: [Int]?
    let keepsDimensions: Bool
    let isIdentityWithoutAxes: Bool

    package init(attributes: Attributes) throws(GraphError) {
        axes = try attributes.ints("axes")
        keepsDimensions = try attributes.int("keepdims") ?? 1 != 0
        isIdentityWithoutAxes = try attributes.flag("noop_with_empty_axes")
    }
}
