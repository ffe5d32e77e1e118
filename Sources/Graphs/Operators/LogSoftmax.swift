/// The logarithm of `Softmax`.
package struct LogSoftmax: SoftmaxOperator {
    package static let name = "LogSoftmax"
    static let isLogarithm = true
    let axis: Int
    let flattens: Bool

    package init(attributes: Attributes) throws(GraphError) {
        flattens = attributes.opset < 13
        axis = try attributes.int("axis") ?? (flattens ? 1 : -1)
    }

    init() { (axis, flattens) = (-1, false) }
}
