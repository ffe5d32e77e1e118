import JSON

extension Inspection {
    /// For people, in lines.
    package var text: String { rows.map { Self.line($0, $1) }.joined() }

    /// A name and its value.
    static func line(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(1, 16 - name.count)) + value + "\n"
    }

    /// What there is to say, each with its name.
    var rows: [(String, String)] {
        let counts = operators.map { $0.count == 1 ? $0.name : "\($0.name) x\($0.count)" }
        let sizes = sizes.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        return [
            ("format", format),
            ("inputs", inputs.joined(separator: "; ")),
            ("outputs", outputs.joined(separator: "; ")),
            ("operators", counts.joined(separator: ", ")),
            ("steps", steps.joined(separator: ", ")),
            ("planned for", sizes.isEmpty ? "any batch" : "any batch, \(sizes)"),
            ("parameters", "\(parameterCount)"),
            ("file", "\(fileBytes) bytes"),
            ("packed weights", "\(packedWeightBytes) bytes"),
            ("arena", "\(arenaBytes) bytes for each thread (\(chunkRows) rows at once)"),
        ]
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Writes the members of the object.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("format", format)
        writer.member("inputs", inputs)
        writer.member("outputs", outputs)
        writer.key("operators")
        writer.beginObject()
        for entry in operators { writer.member(entry.name, entry.count) }
        writer.endObject()
        writer.member("steps", steps)
        writer.key("sizes")
        writer.beginObject()
        for (name, value) in sizes.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
        writer.endObject()
        writer.member("parameters", parameterCount)
        writer.member("file_bytes", fileBytes)
        writer.member("packed_weight_bytes", packedWeightBytes)
        writer.member("arena_bytes", arenaBytes)
        writer.member("chunk_rows", chunkRows)
    }
}

extension JSONWriter {
    /// Writes a key and its value.
    mutating func member(_ name: String, _ value: String) {
        key(name)
        append(value)
    }

    /// Writes a key and its value.
    mutating func member(_ name: String, _ value: Int) {
        key(name)
        append(value)
    }

    /// Writes a key and its value.
    mutating func member(_ name: String, _ value: Double) {
        key(name)
        append(value)
    }

    /// Writes a key and its list of texts.
    mutating func member(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { append(value) }
        endArray()
    }
}
