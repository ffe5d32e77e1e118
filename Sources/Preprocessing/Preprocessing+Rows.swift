package import JSON

extension Preprocessing {
    /// Preprocesses one row as a client sends it.
    /// - Parameters:
    ///   - row: numbers nested or flat; base64 or `{"b64": …}` for images; an object or a list for tables.
    ///   - number: the row's number from 0, for messages.
    ///   - output: `sampleShape`.
    /// - Throws: `.row` for a value that is not what the input takes.
    /// - Returns: the steps of a sequence that are not filling; 1 for other kinds.
    @discardableResult
    package func apply(
        row: JSONValue, number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) -> Int {
        switch input {
        case .table(let columns):
            try unsafe apply(cells: cells(row, names: columns.map(\.name), number), number: number, into: output)
        case .image:
            if let text = row.string ?? row["b64"]?.string {
                guard let bytes = Base64.decode(text) else {
                    throw .row(number, field: row.string == nil ? "b64" : "", expected: "base64", found: "other text")
                }
                try unsafe apply(file: bytes, number: number, into: output)
            } else {
                try unsafe applyNumbers(row, number, into: output)
            }
        case .tensor: try unsafe applyNumbers(row, number, into: output)
        case .sequence(let form): return try unsafe apply(sequence: row, form, number, into: output)
        }
        return 1
    }

    private func applyNumbers(
        _ row: JSONValue, _ number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) {
        let reader = NumberRowReader(number: number, allowsMissing: steps?.fillsMissing ?? false)
        let raw = try reader.read(row, shape: input.numericShape ?? [])
        unsafe raw.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { unsafe apply(base, into: output) }
        }
    }

    private func apply(
        sequence row: JSONValue, _ form: SequenceForm, _ number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) -> Int {
        if case .object = row, !form.stepsAreRows {
            try unsafe apply(cells: cells(row, names: form.columns, number), number: number, into: output)
            return form.length
        }
        let reader = NumberRowReader(number: number, allowsMissing: steps?.fillsMissing ?? false)
        guard let steps = row.array else {
            throw .row(number, field: "", expected: "a list of steps", found: JSONFields.text(row))
        }
        var raw: [Float] = []
        for (index, step) in steps.enumerated() {
            if case .object = step, form.stepsAreRows {
                for (cell, name) in zip(try cells(step, names: form.columns, number), form.columns) {
                    raw.append(try self.number(of: cell, row: number, field: "[\(index)].\(name)"))
                }
            } else if form.features == 1 || step.array == nil {
                try reader.append(step.array?.count == 1 ? step.array?[0] ?? step : step, at: "[\(index)]", to: &raw)
            } else {
                try reader.append(step, shape: [form.features], at: "[\(index)]", to: &raw)
            }
        }
        return try unsafe raw.withUnsafeBufferPointer { buffer throws(PreprocessingError) in
            try unsafe apply(sequence: buffer, number: number, into: output)
        }
    }

    /// The values of a row of a table in the order of its columns.
    private func cells(_ row: JSONValue, names: [String], _ number: Int?) throws(PreprocessingError) -> [Cell] {
        if let values = row.array {
            guard values.count == names.count else {
                throw .row(
                    number, field: "", expected: "\(names.count) values (\(Self.list(names)))",
                    found: "\(values.count)")
            }
            return try zip(names, values).map { name, value throws(PreprocessingError) in
                try cell(value, name, number)
            }
        }
        guard let members = row.members else {
            throw .row(
                number, field: "", expected: "an object with the members \(Self.list(names)), or a list",
                found: JSONFields.text(row))
        }
        var cells = [Cell](repeating: .missing, count: names.count)
        for member in members {
            guard let place = places[member.name] else {
                throw .row(
                    number, field: member.name, expected: "one of the columns \(Self.list(names))",
                    found: "an unknown one")
            }
            if place >= 0 { cells[place] = try cell(member.value, member.name, number) }
        }
        return cells
    }

    private func cell(_ value: JSONValue, _ name: String, _ number: Int?) throws(PreprocessingError) -> Cell {
        switch value {
        case .null: return .missing
        case .bool(let value): return .text(value ? "true" : "false")
        case .string(let text): return .text(text)
        case .integer, .number:
            let float = Float(value.double ?? 0)
            guard float.isFinite else {
                throw .row(number, field: name, expected: "a number that fits float32", found: JSONFields.text(value))
            }
            return .number(float)
        case .array, .object:
            throw .row(number, field: name, expected: "a number, a text or null", found: JSONFields.text(value))
        }
    }

    /// Names for a message, the first twenty.
    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }
}
