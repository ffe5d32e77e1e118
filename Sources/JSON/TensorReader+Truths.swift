/// Inputs of truth values: true and false beside numbers.
extension TensorReader {
    /// Whether the next value is true or false, and may be.
    func startsTruth(_ reader: inout JSONReader) -> Bool { takesTruths && kind(&reader) == .bool }

    /// Reads an innermost list from the element `first` on, which is no number, to its "]".
    mutating func readTruths(
        _ reader: inout JSONReader, _ buffer: FloatBuffer, in form: ListForm, from first: Int
    ) throws(TensorJSONError) {
        var count = first
        while true {
            reader.skipWhitespace()
            let start = reader.position
            guard count != form.expected else { return try check(count + countRest(&reader, form), form) }
            guard elementCount < limits.maximumElements else {
                throw .tooManyElements(path: field, limit: limits.maximumElements)
            }
            guard let value = element(&reader, brackets: form.brackets) else {
                reader.position = start
                throw elementError(&reader, form, index: count)
            }
            buffer.append(value)
            elementCount += 1
            count += 1
            reader.skipWhitespace()
            guard reader.currentByte != UInt8(ascii: "]") else { break }
            guard reader.currentByte == UInt8(ascii: ",") else {
                throw .syntax(
                    path: path(depth: form.dimension), reader.unexpected(expected: "',' or ']'", place: .array))
            }
            reader.position += 1
        }
        reader.position += 1
        try check(count, form)
    }

    /// The number or truth value at the position, inside as many brackets; nil when there is none that is finite.
    private func element(_ reader: inout JSONReader, brackets: Int) -> Float? {
        guard skip(brackets, UInt8(ascii: "["), &reader) else { return nil }
        let value: Float?
        if startsTruth(&reader) {
            value = try? reader.readTruth()
        } else {
            value = (try? reader.scanNumber().range).map { reader.float($0) }
        }
        guard let value, value.isFinite, skip(brackets, UInt8(ascii: "]"), &reader) else { return nil }
        return value
    }

    private func skip(_ count: Int, _ bracket: UInt8, _ reader: inout JSONReader) -> Bool {
        for _ in 0..<count {
            reader.skipWhitespace()
            guard reader.currentByte == bracket else { return false }
            reader.position += 1
        }
        reader.skipWhitespace()
        return true
    }
}

extension JSONReader {
    /// Reads true as 1 and false as 0.
    mutating func readTruth() throws(JSONError) -> Float { try readBool() ? 1 : 0 }
}
