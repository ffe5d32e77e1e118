extension TensorReader {
    /// Moves to the next inner list of a list whose "[" has been read.
    /// - Returns: false when "]" was read.
    func nextList(_ reader: inout JSONReader, _ form: ListForm, isFirst: Bool) throws(TensorJSONError) -> Bool {
        reader.skipWhitespace()
        if reader.currentByte == UInt8(ascii: "]") {
            reader.position += 1
            return false
        }
        guard !isFirst else { return true }
        guard reader.currentByte == UInt8(ascii: ",") else {
            throw .syntax(path: path(depth: form.dimension), reader.unexpected(expected: "',' or ']'", place: .array))
        }
        reader.position += 1
        reader.skipWhitespace()
        guard reader.currentByte != UInt8(ascii: "]") else {
            throw .syntax(path: path(depth: form.dimension), reader.unexpected(expected: "a list", place: .array))
        }
        return true
    }

    /// Counts the elements from the one at the position to the end of the list, for the message that there are too
    /// many; reads the "]".
    func countRest(_ reader: inout JSONReader, _ form: ListForm) throws(TensorJSONError) -> Int {
        var count = 0
        do throws(JSONError) {
            while true {
                try reader.skipValue()
                count += 1
                reader.skipWhitespace()
                let byte = reader.currentByte
                guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else {
                    throw reader.unexpected(expected: "',' or ']'", place: .array)
                }
                reader.position += 1
                if byte == UInt8(ascii: "]") { return count }
            }
        } catch {
            throw syntaxError(reader, path: path(depth: form.dimension), error)
        }
    }

    /// Compares a list's size with what it must be; the first list of a free dimension fixes it.
    mutating func check(_ count: Int, _ form: ListForm) throws(TensorJSONError) {
        guard count != form.expected else { return }
        let dimension = form.dimension
        if form.isFlat || dimension == 0 && shape.flatCount != nil {
            let found = form.isFlat ? "\(count) number" + (count == 1 ? "" : "s") : shape.contents(of: 0, count: count)
            throw .unexpected(
                path: path(depth: 0), expected: shape.forms(of: 0), found: count == 0 ? "an empty list" : found)
        }
        if count == 0, form.expected == nil || shape.isFree(dimension) {
            throw .unexpected(path: path(depth: dimension), expected: "a non-empty list", found: "an empty list")
        }
        guard let expected = form.expected else { return shape.resolve(dimension, count) }
        if shape.isFree(dimension), rowCount > 0, !rowsMayVary {
            throw .differentSize(
                path: path(depth: dimension), dimension: dimension, size: count,
                firstPath: path(row: 0), firstSize: expected)
        }
        throw .unexpected(
            path: path(depth: dimension), expected: shape.contents(of: dimension, count: expected), found: "\(count)")
    }
}
