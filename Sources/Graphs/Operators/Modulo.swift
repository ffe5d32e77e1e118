/// The remainder of a / b with the sign of b, with broadcasting: a part of what an operator of ONNX becomes.
package struct Modulo: BinaryOperator, InternalOperator {
    package static let name = "Modulo"
    static let kind = BinaryKind.modulo
    package init() {}
}
