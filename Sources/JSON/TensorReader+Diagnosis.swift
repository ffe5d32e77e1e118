/// The cold path: builds paths and errors after the fast loops have stopped.
extension TensorReader {
    /// The path of a row: `instances[3]`, `instances[3].image`.
    func path(row: Int) -> String {
        guard namesRows else { return field }
        return "\(field)[\(row)]" + (member.map { ".\($0)" } ?? "")
    }

    /// The path of the current list `depth` dimensions inside the current row: `instances[3][27]`.
    func path(depth: Int) -> String {
        (0..<depth).reduce(into: path(row: rowCount)) { $0 += "[\(indices[$1])]" }
    }

    /// The kind of the next value; nil when there is none.
    func kind(_ reader: inout JSONReader) -> JSONKind? {
        try? reader.peek()
    }

    /// The error for the value at the position, which is not what was expected.
    func mismatch(
        _ reader: inout JSONReader, path: String, expected: String, place: JSONPlace? = nil
    ) -> TensorJSONError {
        reader.skipWhitespace()
        let start = reader.position
        do throws(JSONError) {
            guard reader.currentByte != nil else { throw reader.unexpected(expected: expected, place: place) }
            let found: String
            switch try reader.peek() {
            case .object: found = "an object"
            case .array: found = "a list"
            case .null: found = "null"
            case .bool: found = try reader.readBool() ? "true" : "false"
            case .number: found = try "the number " + reader.shortened(reader.scanNumber().range)
            case .string: found = try "the string " + quoted(reader.readString())
            }
            return .unexpected(path: path, expected: expected, found: found)
        } catch {
            reader.position = start
            return syntaxError(reader, path: path, error)
        }
    }

    /// A syntax error; or, if the position is on a word such as NaN, the error that says so.
    func syntaxError(_ reader: JSONReader, path: String, _ error: JSONError) -> TensorJSONError {
        guard let word = reader.word() else { return .syntax(path: path, error) }
        let name = word.drop { $0 == "-" || $0 == "+" }.lowercased()
        guard ["nan", "inf", "infinity"].contains(name) else { return .syntax(path: path, error) }
        return .notFinite(path: path, token: word)
    }

    /// The error for the element at the position, where the loop over numbers stopped.
    mutating func elementError(_ reader: inout JSONReader, _ form: ListForm, index: Int) -> TensorJSONError {
        indices[form.dimension] = index
        let list = path(depth: form.dimension)
        var path = path(depth: form.dimension + 1)
        for _ in 0..<form.brackets {
            reader.skipWhitespace()
            guard reader.currentByte == UInt8(ascii: "[") else {
                return mismatch(&reader, path: path, expected: "a list of 1 number", place: .array)
            }
            reader.position += 1
            path += "[0]"
        }
        reader.skipWhitespace()
        guard let byte = reader.currentByte, byte != UInt8(ascii: "]") else {
            if form.brackets > 0, reader.currentByte != nil {
                return .unexpected(path: String(path.dropLast(3)), expected: "1 number", found: "0")
            }
            let expected = index == 0 && form.brackets == 0 ? "a number or ']'" : "a number"
            return .syntax(path: list, reader.unexpected(expected: expected, place: .array))
        }
        guard kind(&reader) == .number else {
            return mismatch(&reader, path: path, expected: "a number", place: .array)
        }
        return numberError(&reader, form, path: path)
    }

    /// The error for the number at the position: malformed, out of range, or with more after it in its brackets.
    private func numberError(_ reader: inout JSONReader, _ form: ListForm, path: String) -> TensorJSONError {
        let start = reader.position
        let range: Range<Int>
        do {
            range = try reader.scanNumber().range
        } catch {
            // A word is looked for where the number starts: -Infinity.
            reader.position = start
            return syntaxError(reader, path: path, error)
        }
        guard reader.float(range).isFinite else { return .outOfRange(path: path, number: reader.shortened(range)) }
        reader.skipWhitespace()
        guard form.brackets > 0, reader.currentByte == UInt8(ascii: ",") else {
            return .syntax(path: path, reader.unexpected(expected: "']'", place: .array))
        }
        reader.position += 1
        do {
            let total = try 1 + countRest(&reader, form)
            return .unexpected(path: String(path.dropLast(3)), expected: "1 number", found: "\(total)")
        } catch {
            return error
        }
    }

    /// A string in quotes for a message: control characters escaped, cut after 40 characters.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars.prefix(40) {
            result += scalar.escaped(asASCII: false)
        }
        return result + (text.unicodeScalars.count > 40 ? "…\"" : "\"")
    }
}
