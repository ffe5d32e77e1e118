/// Exponentials along `axis` divided by their sum.
package struct Softmax: SoftmaxOperator {
    package static let name = "Softmax"
    static let isLogarithm = false
    let axis: Int
    let flattens: Bool

    package init(attributes: Attributes) throws(GraphError) {
        flattens = attributes.opset < 13
        axis = try attributes.int("axis") ?? (flattens ? 1 : -1)
    }

    init() { (axis, flattens) = (-1, false) }
}
