import Tensors

/// a + b, with broadcasting.
package struct Add: BinaryOperator {
    package static let name = "Add"
    static let kind = BinaryKind.add
    package init(attributes: Attributes) throws(GraphError) {}
    init() {}
}

/// a - b, with broadcasting.
package struct Sub: BinaryOperator {
    package static let name = "Sub"
    static let kind = BinaryKind.subtract
    package init(attributes: Attributes) throws(GraphError) {}
}

/// a · b elementwise, with broadcasting.
package struct Mul: BinaryOperator {
    package static let name = "Mul"
    static let kind = BinaryKind.multiply
    package init(attributes: Attributes) throws(GraphError) {}
    init() {}
}

/// a / b, with broadcasting; integers are divided as sizes are, without a remainder.
package struct Div: BinaryOperator {
    package static let name = "Div"
    static let kind = BinaryKind.divide
    package init(attributes: Attributes) throws(GraphError) {}
}
