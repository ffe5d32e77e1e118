/// The mean over the whole image.
package struct GlobalAveragePool: PoolingOperator {
    package static let name = "GlobalAveragePool"
    package var layout = Layout.channelsFirst

    package init(attributes: Attributes) throws(GraphError) {}

    func pooling(_ input: ValueType) throws(GraphError) -> Pooling {
        Pooling(.average(countsPadding: true), try wholeImage(input))
    }
}
