package import Tensors

/// The value of one attribute of an operator, in ONNX's vocabulary.
package enum AttributeValue: Sendable {
    case int(Int)
    case float(Float)
    case string(String)
    case tensor(Tensor)
    case ints([Int])
    case floats([Float])
    case strings([String])

    /// What the attribute holds, for messages.
    var kind: String {
        switch self {
        case .int: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .tensor: "a tensor"
        case .ints: "a list of integers"
        case .floats: "a list of floats"
        case .strings: "a list of strings"
        }
    }
}
