import JSON

extension Inspection {
    /// For people, in lines.
    package var text: String {
        let counts = operators.map { $0.count == 1 ? $0.name : "\($0.name) x\($0.count)" }
        let sizes = sizes.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
        let rows: [(String, String)] = [
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
        return rows.map { name, value in
            name + String(repeating: " ", count: 16 - name.count) + value + "\n"
        }.joined()
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
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
        writer.endObject()
        return writer.bytes
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
