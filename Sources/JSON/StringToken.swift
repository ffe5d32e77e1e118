/// A string in the document that has been checked but not decoded.
struct StringToken {
    /// Offsets of its bytes between the quotes.
    var content: Range<Int>

    /// Whether it contains a backslash.
    var hasEscapes: Bool
}
