/// The construct in which a reader stood when it met an error.
package enum JSONPlace: Equatable, Sendable, CustomStringConvertible {
    case document, array, object, string, number, literal

    /// As a phrase to follow a byte offset; empty for the document itself.
    package var description: String {
        switch self {
        case .document: ""
        case .array: " inside an array"
        case .object: " inside an object"
        case .string: " inside a string"
        case .number: " inside a number"
        case .literal: " inside a word"
        }
    }
}
