/// The maximum over a window.
package struct MaxPool: PoolingOperator {
    package static let name = "MaxPool"
    package var layout = Layout.channelsFirst
    let window: WindowAttributes

    package init(attributes: Attributes) throws(GraphError) {
        window = try WindowAttributes(attributes)
        guard try attributes.int("storage_order") ?? 0 == 0 else {
            throw .attribute("storage_order", expected: "0", found: "1")
        }
    }

    func pooling(_ input: ValueType) throws(GraphError) -> Pooling { Pooling(.maximum, window) }
}
