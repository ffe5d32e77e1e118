extension TensorReader {
    /// Reads one row in the form that its first element has.
    mutating func readSample(_ reader: inout JSONReader, _ buffer: FloatBuffer) throws(TensorJSONError) {
        reader.skipWhitespace()
        let core = shape.core.count
        let opening = openingBrackets(reader)
        if opening == 0 || core == 0 {
            try readBareNumber(&reader, buffer)
        } else if opening == 1, let flatCount = shape.flatCount {
            reader.position += 1
            try readNumbers(&reader, buffer, in: ListForm(dimension: 0, expected: flatCount, brackets: 0, isFlat: true))
        } else {
            try readList(&reader, buffer, dimension: 0, brackets: min(max(opening - core, 0), shape.trailingOnes))
        }
    }

    /// Reads a list of `dimension`; recurses once for each dimension, of which there are at most eight.
    private mutating func readList(
        _ reader: inout JSONReader, _ buffer: FloatBuffer, dimension: Int, brackets: Int
    ) throws(TensorJSONError) {
        reader.skipWhitespace()
        guard reader.currentByte == UInt8(ascii: "[") else {
            let place: JSONPlace? = dimension > 0 ? .array : nil
            throw mismatch(
                &reader, path: path(depth: dimension), expected: shape.forms(of: dimension), place: place)
        }
        reader.position += 1
        let form = ListForm(
            dimension: dimension, expected: shape.core[dimension], brackets: brackets, isFlat: false)
        guard dimension < shape.core.count - 1 else { return try readNumbers(&reader, buffer, in: form) }
        var count = 0
        while try nextList(&reader, form, isFirst: count == 0) {
            guard count != form.expected else {
                count += try countRest(&reader, form)
                break
            }
            indices[dimension] = count
            try readList(&reader, buffer, dimension: dimension + 1, brackets: brackets)
            count += 1
        }
        try check(count, form)
    }

    /// Reads the numbers of an innermost list whose "[" has been read, and its "]".
    private mutating func readNumbers(
        _ reader: inout JSONReader, _ buffer: FloatBuffer, in form: ListForm
    ) throws(TensorJSONError) {
        let budget = limits.maximumElements - elementCount
        let limit = min(form.expected ?? budget, budget)
        if form.expected != nil { buffer.reserve(buffer.count + limit) }
        let run = unsafe NumberRun.read(
            reader.bytes, from: reader.position, brackets: form.brackets, limit: limit, into: buffer)
        reader.position = run.position
        elementCount += run.count
        switch run.end {
        case .closed:
            try check(run.count, form)
        case .full:
            guard let expected = form.expected, expected <= budget else {
                throw .tooManyElements(path: field, limit: limits.maximumElements)
            }
            try check(run.count + countRest(&reader, form), form)
        case .irregularElement where run.count == 0 && reader.currentByte == UInt8(ascii: "]"):
            reader.position += 1
            try check(0, form)
        case .irregularElement where takesTruths:
            try readTruths(&reader, buffer, in: form, from: run.count)
        case .irregularElement:
            throw elementError(&reader, form, index: run.count)
        case .irregularSeparator:
            throw .syntax(path: path(depth: form.dimension), reader.unexpected(expected: "',' or ']'", place: .array))
        }
    }

    /// Reads a row that is one number without a list.
    private mutating func readBareNumber(
        _ reader: inout JSONReader, _ buffer: FloatBuffer
    ) throws(TensorJSONError) {
        guard shape.allowsBareNumber, kind(&reader) == .number || startsTruth(&reader) else {
            throw mismatch(&reader, path: self.path(depth: 0), expected: shape.forms(of: 0))
        }
        guard elementCount < limits.maximumElements else {
            throw .tooManyElements(path: field, limit: limits.maximumElements)
        }
        let start = reader.position
        let value: Float
        do {
            value = try startsTruth(&reader) ? reader.readTruth() : reader.float(try reader.scanNumber().range)
        } catch {
            reader.position = start
            throw syntaxError(reader, path: self.path(depth: 0), error)
        }
        guard value.isFinite else {
            throw .outOfRange(path: self.path(depth: 0), number: reader.shortened(start..<reader.position))
        }
        buffer.append(value)
        elementCount += 1
    }

    /// Counts the "[" at the position, one more than the rank at most; reads nothing.
    private func openingBrackets(_ reader: JSONReader) -> Int {
        var ahead = reader
        var count = 0
        while count <= SampleShape.maximumRank, ahead.currentByte == UInt8(ascii: "[") {
            count += 1
            ahead.position += 1
            ahead.skipWhitespace()
        }
        return count
    }
}
