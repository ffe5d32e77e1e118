/// One value of a row of a table.
package enum Cell: Sendable, Hashable {
    case missing
    case number(Float)
    case text(String)

    /// The value as the name of a category; nil when it is missing. Whole numbers are written without a point, so that
    /// 3, 3.0 and "3" are one category.
    package var category: String? {
        switch self {
        case .missing: nil
        case .number(let value): Self.text(of: value)
        case .text(let text): text
        }
    }

    /// A number as the name of a category.
    package static func text(of value: Float) -> String {
        Int32(exactly: value).map { String($0) } ?? value.description
    }

    /// For messages.
    var found: String {
        switch self {
        case .missing: "a missing value"
        case .number(let value): Self.text(of: value)
        case .text(let text): "\"\(text.prefix(40))\""
        }
    }
}
