package import JSON

/// Why preprocessing cannot be declared, fitted or applied.
package enum PreprocessingError: Error, Equatable, Sendable {
    /// A row, by its number from 0 where it is known, that is not what the preprocessing takes.
    case row(Int?, field: String, expected: String, found: String)
    /// An image that cannot be decoded.
    case image(String)
    /// A declared step that the data does not allow: by column or step, such as `steps[2].columns[0]`.
    case declaration(FieldError)
}

extension PreprocessingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .row(let row, let field, let expected, let found):
            "\(row.map { "row \($0), " } ?? "")\(field): expected \(expected), got \(found)"
        case .image(let reason): "the image cannot be read: \(reason)"
        case .declaration(let error): "preprocessing.\(error)"
        }
    }
}
