/// The kinds of value that JSON knows (RFC 8259 §3).
package enum JSONKind: Equatable, Sendable, CustomStringConvertible {
    case null, bool, number, string, array, object

    /// With its article, for messages: "a number".
    package var description: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
