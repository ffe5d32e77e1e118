/// The smaller of a and b, with broadcasting: a part of what an operator of ONNX becomes.
package struct Minimum: BinaryOperator, InternalOperator {
    package static let name = "Minimum"
    static let kind = BinaryKind.minimum
    package init() {}
}
