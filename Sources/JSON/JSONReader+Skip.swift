extension JSONReader {
    /// Reads one value of any kind, checking all of it, and forgets it.
    /// - Returns: the offsets of its bytes, without white space around it.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        let outside = depth
        skipWhitespace()
        let start = position
        try skipScalarOrOpen()
        while depth > outside {
            if place == .object {
                guard try nextKeyToken() != nil else { continue }
                try skipScalarOrOpen()
            } else if isFirst {
                skipWhitespace()
                guard position < byteCount else { throw unexpected(expected: "a value or ']'") }
                guard try nextElement() else { continue }
                try skipScalarOrOpen()
            } else if try nextElement() {
                try skipScalarOrOpen()
            }
        }
        return start..<position
    }

    private mutating func skipScalarOrOpen() throws(JSONError) {
        switch try peek() {
        case .object: try open(isObject: true)
        case .array: try open(isObject: false)
        case .string: _ = try scanString()
        case .number: _ = try scanNumber()
        case .bool: _ = try readBool()
        case .null: position += 4
        }
    }
}
