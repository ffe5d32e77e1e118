extension JSONReader {
    /// Reads "[".
    package mutating func beginArray() throws(JSONError) {
        try expect(.array, "an array")
        try open(isObject: false)
    }

    /// Moves to the next element of the innermost array.
    /// - Returns: true when a value follows, false when "]" was read.
    package mutating func nextElement() throws(JSONError) -> Bool {
        precondition(place == .array, "nextElement outside an array")
        skipWhitespace()
        let byte = currentByte
        if byte == UInt8(ascii: "]") {
            close()
            return false
        }
        if isFirst {
            isFirst = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw unexpected(expected: "',' or ']'") }
        position += 1
        skipWhitespace()
        guard currentByte != UInt8(ascii: "]") else { throw unexpected(expected: "a value") }
        return true
    }

    /// Reads "{".
    package mutating func beginObject() throws(JSONError) {
        try expect(.object, "an object")
        try open(isObject: true)
    }

    /// Reads the next key of the innermost object and the ":" after it.
    /// - Returns: nil when "}" was read.
    package mutating func nextKey() throws(JSONError) -> String? {
        guard let key = try nextKeyToken() else { return nil }
        return text(of: key)
    }

    /// As `nextKey`, without making a string.
    mutating func nextKeyToken() throws(JSONError) -> StringToken? {
        precondition(place == .object, "nextKey outside an object")
        skipWhitespace()
        if currentByte == UInt8(ascii: "}") {
            close()
            return nil
        }
        if !isFirst {
            guard currentByte == UInt8(ascii: ",") else { throw unexpected(expected: "',' or '}'") }
            position += 1
            skipWhitespace()
        }
        guard currentByte == UInt8(ascii: "\"") else {
            throw unexpected(expected: isFirst ? "a key in double quotes or '}'" : "a key in double quotes")
        }
        isFirst = false
        let key = try scanString()
        skipWhitespace()
        guard currentByte == UInt8(ascii: ":") else { throw unexpected(expected: "':' after the key") }
        position += 1
        return key
    }

    /// Steps into the container whose bracket is at the position.
    mutating func open(isObject: Bool) throws(JSONError) {
        guard depth < maximumDepth else { throw .nestedTooDeep(offset: position, limit: maximumDepth) }
        let bit: UInt64 = 1 << UInt64(depth)
        objects = isObject ? objects | bit : objects & ~bit
        depth += 1
        position += 1
        isFirst = true
    }

    private mutating func close() {
        position += 1
        depth -= 1
        isFirst = false
    }
}
