/// Reads the few Python literals that stand in the header of a `.npy` file.
struct PythonLiteralScanner {
    private var reader: ByteReader

    init(_ reader: ByteReader) { self.reader = reader }

    /// The next byte that is not white space; nil at the end.
    var peek: UInt8? {
        mutating get {
            while let byte = reader.next, byte == 0x20 || byte == 0x0A { _ = try? reader.uint8() }
            return reader.next
        }
    }

    /// Steps over `character` if it comes next.
    mutating func skip(_ character: Unicode.Scalar) throws(ModelFormatError) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        _ = try reader.uint8()
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(ModelFormatError) {
        guard try skip(character) else { throw unexpected("\"\(character)\"") }
    }

    mutating func expectEnd() throws(ModelFormatError) {
        guard peek == nil else { throw unexpected("the end") }
    }

    /// A string in single or double quotes, of printable ASCII without escapes.
    mutating func string() throws(ModelFormatError) -> String {
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw unexpected("a string")
        }
        _ = try reader.uint8()
        var text = ""
        while let byte = reader.next, byte != quote {
            guard (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") else { throw unexpected("printable ASCII") }
            text.unicodeScalars.append(Unicode.Scalar(try reader.uint8()))
        }
        guard reader.next == quote else { throw unexpected("a closing quote") }
        _ = try reader.uint8()
        return text
    }

    mutating func boolean() throws(ModelFormatError) -> Bool {
        var word = ""
        _ = peek
        while let byte = reader.next, word.count < 5, (0x41...0x7A).contains(byte) {
            word.unicodeScalars.append(Unicode.Scalar(try reader.uint8()))
        }
        guard word == "True" || word == "False" else { throw unexpected("True or False") }
        return word == "True"
    }

    /// A tuple of integers ≥ 0: `()`, `(3,)`, `(2, 3)`.
    mutating func tuple() throws(ModelFormatError) -> [Int64] {
        var values: [Int64] = []
        try expect("(")
        while try !skip(")") {
            values.append(try integer())
            guard try skip(",") else {
                try expect(")")
                if values.count == 1 { throw unexpected("a comma after the only element of a tuple") }
                break
            }
        }
        return values
    }

    private mutating func integer() throws(ModelFormatError) -> Int64 {
        var value: Int64?
        _ = peek
        while let byte = reader.next, (0x30...0x39).contains(byte) {
            let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(byte - 0x30))
            guard !overflow, !carry else { throw unexpected("an integer of 64 bits") }
            value = sum
            _ = try reader.uint8()
        }
        guard let value else { throw unexpected("an integer") }
        return value
    }

    private func unexpected(_ expected: String) -> ModelFormatError {
        let found = reader.next.map { (0x20..<0x7F).contains($0) ? "\"\(Unicode.Scalar($0))\"" : "byte \($0)" }
        return .malformed(part: reader.part, expected: expected, found: found ?? "the end")
    }
}
