/// The maximum over the whole image.
package struct GlobalMaxPool: PoolingOperator {
    package static let name = "GlobalMaxPool"

    package init(attributes: Attributes) throws(GraphError) {}

    func pooling(_ input: ValueType) throws(GraphError) -> Pooling {
        Pooling(.maximum, try Self.wholeImage(input))
    }
}
