extension JSONWriter {
    /// Writes null.
    package mutating func appendNull() {
        prepareValue()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes true or false.
    package mutating func append(_ value: Bool) {
        prepareValue()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes an integer.
    package mutating func append(_ value: Int) {
        prepareValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes an integer.
    package mutating func append(_ value: UInt64) {
        prepareValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes the shortest number that reads back as the same binary64.
    package mutating func append(_ value: Double) {
        prepareValue()
        guard value.isFinite else {
            return appendNonFinite(isNaN: value.isNaN, isNegative: value < 0)
        }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes the shortest number that reads back as the same binary32.
    package mutating func append(_ value: Float) {
        prepareValue()
        guard value.isFinite else {
            return appendNonFinite(isNaN: value.isNaN, isNegative: value < 0)
        }
        bytes.append(addingCapacity: ShortestFloat.maximumLength) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                guard let start = buffer.baseAddress else { return }
                let end = unsafe ShortestFloat.write(value, to: start + count)
                count = unsafe end - start
            }
        }
    }

    /// Writes a string.
    package mutating func append(_ value: String) {
        prepareValue()
        appendQuoted(value)
    }

    /// Writes bytes that already are one JSON value.
    package mutating func appendRaw(_ json: some Sequence<UInt8>) {
        prepareValue()
        bytes.append(contentsOf: json)
    }

    /// Writes what the policy says for NaN or an infinity.
    mutating func appendNonFinite(isNaN: Bool, isNegative: Bool) {
        let word =
            switch nonFinitePolicy {
            case .null: "null"
            case .token: isNaN ? "NaN" : isNegative ? "-Infinity" : "Infinity"
            }
        bytes.append(contentsOf: word.utf8)
    }
}
