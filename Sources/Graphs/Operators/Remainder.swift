/// The remainder of a / b with the sign of a, with broadcasting: a part of what an operator of ONNX becomes.
package struct Remainder: BinaryOperator, InternalOperator {
    package static let name = "Remainder"
    static let kind = BinaryKind.remainder
    package init() {}
}
