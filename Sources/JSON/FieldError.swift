/// A value of a document that is not what its place asks for.
package struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where: `optimizer.learning_rate`, `layers[3].units`; empty for the document itself.
    package let path: String
    package let expected: String
    package let found: String

    package init(path: String, expected: String, found: String) {
        self.path = path
        self.expected = expected
        self.found = found
    }

    package var description: String { "\(path.isEmpty ? "the document" : path): expected \(expected), got \(found)" }

    /// The same error of a value that lies in `container`.
    package func inside(_ container: String) -> FieldError {
        FieldError(
            path: path.isEmpty ? container : path.hasPrefix("[") ? container + path : "\(container).\(path)",
            expected: expected, found: found)
    }
}
