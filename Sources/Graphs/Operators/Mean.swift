import Tensors

/// The mean of any number of operands, with broadcasting.
package struct Mean: VariadicOperator {
    package static let name = "Mean"
    package init(attributes: Attributes) throws(GraphError) {}

    func pair() throws(GraphError) -> any Operator { try Add(attributes: Attributes([:], opset: 20)) }

    func last(count: Int) -> Float? { 1 / Float(count) }
}
