/// Normalisation over the dimensions from `axis` on (Ba et al. 2016), with a scale and a shift for each element of them.
package struct LayerNormalization: NormalizationOperator {
    package static let name = "LayerNormalization"
    package let axis: Int
    package let epsilon: Float

    package init(attributes: Attributes) throws(GraphError) {
        axis = try attributes.int("axis") ?? -1
        epsilon = try attributes.float("epsilon") ?? 1e-5
    }

    func loops(_ sizes: [Int]) throws(GraphError) -> NormalizationLoops {
        let axis = try Axis.normalized(axis, rank: sizes.count)
        return NormalizationLoops(
            blocks: sizes[..<axis].reduce(1, *), rows: 1, groups: 1, width: sizes[axis...].reduce(1, *), shared: 1,
            epsilon: epsilon, isRootMeanSquare: false)
    }
}
