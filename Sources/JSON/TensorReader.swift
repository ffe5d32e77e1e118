/// Reads a JSON value as rows of a tensor straight into a `FloatBuffer`, in one pass and without a tree.
///
/// The first element of each row decides its form. A row of shape [28, 28, 1] may be nested 28×28×1, nested 28×28
/// (trailing dimensions of 1 may be left out) or a flat list of 784 numbers; a row of shape [1] may be a bare number.
/// A free dimension (nil) is fixed by the first row, or by each row for itself when `rowsMayVary`; a shape with one has no
/// flat form beyond the trailing ones.
///
///     var tensor = TensorReader(field: "instances", sampleShape: [28, 28, 1])
///     let rows = try tensor.readRows(from: &reader, into: buffer)
///
/// Rows given as objects are read one named input at a time: a reader each with `member:` set, and `readRow`.
/// After an error neither reader may be used again; the buffer is as it was before the failing call.
package struct TensorReader {
    /// The path of the list of rows, for messages: `instances`.
    package let field: String

    /// The key of this input inside each row when the rows are objects; paths then read `instances[3].image`.
    package let member: String?

    /// The most that is accepted.
    package let limits: TensorLimits

    /// Whether rows may differ in the free dimensions.
    package let rowsMayVary: Bool

    /// Whether true and false stand for 1 and 0.
    let takesTruths: Bool

    /// Rows read so far.
    package private(set) var rowCount = 0

    /// The sizes of each row, outermost first; empty while all rows have the same.
    package private(set) var rowShapes: [[Int]] = []

    /// The sizes of the first row, as long as rows may vary.
    private var firstShape: [Int]?

    var shape: SampleShape

    /// Numbers read so far.
    var elementCount = 0

    /// Whether a path names the row: false while the value is one tensor without rows.
    var namesRows = true

    /// The index in each list that is open, outermost first, for paths.
    var indices = InlineArray<8, Int>(repeating: 0)

    /// Makes a reader before its first row.
    /// - Parameters:
    ///   - field: the path of the list of rows.
    ///   - member: the key inside each row when the rows are objects.
    ///   - sampleShape: sizes of one row without the batch dimension, outermost first, at most 8, each ≥ 1; nil for
    ///     a free dimension.
    ///   - limits: the most that is accepted.
    ///   - rowsMayVary: whether rows may differ in the free dimensions.
    ///   - takesTruths: whether true and false stand for 1 and 0.
    package init(
        field: String, member: String? = nil, sampleShape: [Int?], limits: TensorLimits = TensorLimits(),
        rowsMayVary: Bool = false, takesTruths: Bool = false
    ) {
        self.takesTruths = takesTruths
        self.rowsMayVary = rowsMayVary && sampleShape.contains(nil)
        self.field = field
        self.member = member
        self.limits = limits
        shape = SampleShape(sampleShape)
    }

    /// Sizes of the last row with the free dimensions fixed, outermost first; nil before a row fixed them.
    package var resolvedShape: [Int]? { shape.resolved }

    /// Reads a non-empty list of rows and appends their numbers, row after row.
    /// - Returns: the number of rows.
    package mutating func readRows(
        from reader: inout JSONReader, into buffer: FloatBuffer
    ) throws(TensorJSONError) -> Int {
        let start = buffer.count
        do throws(TensorJSONError) {
            guard kind(&reader) == .array else {
                throw mismatch(&reader, path: field, expected: "a non-empty list")
            }
            try beginRows(&reader)
            while try nextRow(&reader) { try readRow(from: &reader, into: buffer) }
        } catch {
            buffer.truncate(to: start)
            throw error
        }
        guard rowCount > 0 else {
            throw .unexpected(path: field, expected: "a non-empty list", found: "an empty list")
        }
        return rowCount
    }

    /// Reads the next value as one row and appends its numbers.
    package mutating func readRow(
        from reader: inout JSONReader, into buffer: FloatBuffer
    ) throws(TensorJSONError) {
        guard rowCount < limits.maximumRows else {
            throw .tooManyRows(path: field, limit: limits.maximumRows)
        }
        let start = buffer.count
        if rowsMayVary { shape.reopen() }
        do {
            try readSample(&reader, buffer)
        } catch {
            buffer.truncate(to: start)
            throw error
        }
        if rowsMayVary { noteShape() }
        rowCount += 1
    }

    private mutating func noteShape() {
        guard let first = firstShape else {
            firstShape = shape.resolved
            return
        }
        if rowShapes.isEmpty, shape.hasSizes(first) { return }
        if rowShapes.isEmpty { rowShapes = Array(repeating: first, count: rowCount) }
        rowShapes.append(shape.resolved ?? [])
    }

    /// Reads the next value as one whole tensor of `sampleShape`, batch dimension included; paths start at `field`.
    package mutating func readTensor(
        from reader: inout JSONReader, into buffer: FloatBuffer
    ) throws(TensorJSONError) {
        namesRows = false
        try readRow(from: &reader, into: buffer)
    }

    private func beginRows(_ reader: inout JSONReader) throws(TensorJSONError) {
        do { try reader.beginArray() } catch { throw .syntax(path: field, error) }
    }

    private func nextRow(_ reader: inout JSONReader) throws(TensorJSONError) -> Bool {
        do { return try reader.nextElement() } catch { throw .syntax(path: field, error) }
    }
}
