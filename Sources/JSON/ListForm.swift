/// What one JSON list of a row stands for.
struct ListForm {
    /// The dimension whose elements the list holds, 0 outermost.
    var dimension: Int

    /// Elements the list must have; nil while the dimension is free.
    var expected: Int?

    /// Brackets around each number: trailing dimensions of size 1 that were written out.
    var brackets: Int

    /// Whether the list holds the numbers of all dimensions.
    var isFlat: Bool
}
