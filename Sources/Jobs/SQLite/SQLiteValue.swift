/// What is bound to a parameter of a statement.
enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int)
    case real(Double)
    case text(String)

    /// The text, or null.
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    /// The number, or null.
    init(_ number: Double?) { self = number.map { .real($0) } ?? .null }

    /// The integer, or null.
    init(_ integer: Int?) { self = integer.map { .integer($0) } ?? .null }
}
