/// The larger of a and b, with broadcasting: a part of what an operator of ONNX becomes.
package struct Maximum: BinaryOperator, InternalOperator {
    package static let name = "Maximum"
    static let kind = BinaryKind.maximum
    package init() {}
}
