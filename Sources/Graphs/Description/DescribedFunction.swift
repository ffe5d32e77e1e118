/// An operator of our own in terms of ONNX's: a function that a model brings along, for programs that do not know it.
///
/// Its name is the operator's with a number, `StepMask_1`, because the same operator may need several.
package struct DescribedFunction: Sendable {
    /// The domain of operators of our own.
    package static let domain = "apus"

    package let name: String
    package let inputs: [String]
    package let outputs: [String]
    /// The names of the attributes that nodes have for Apus; the function does not need them.
    package let attributes: [String]
    package let nodes: [DescribedNode]

    /// The operator that a function of that name stands for.
    package static func operatorName(_ name: String) -> String {
        guard let mark = name.lastIndex(of: "_") else { return name }
        return String(name[..<mark])
    }
}
