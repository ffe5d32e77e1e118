/// The maximum over the whole image.
package struct GlobalMaxPool: PoolingOperator {
    package static let name = "GlobalMaxPool"
    package var layout = Layout.channelsFirst

    package init(attributes: Attributes) throws(GraphError) {}

    func pooling(_ input: ValueType) throws(GraphError) -> Pooling {
        Pooling(.maximum, try wholeImage(input))
    }
}
