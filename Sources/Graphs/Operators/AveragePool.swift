/// The mean over a window.
package struct AveragePool: PoolingOperator {
    package static let name = "AveragePool"
    package var layout = Layout.channelsFirst
    let window: WindowAttributes
    let countsPadding: Bool

    package init(attributes: Attributes) throws(GraphError) {
        window = try WindowAttributes(attributes)
        countsPadding = try attributes.flag("count_include_pad")
    }

    func pooling(_ input: ValueType) throws(GraphError) -> Pooling {
        Pooling(.average(countsPadding: countsPadding), window)
    }
}
