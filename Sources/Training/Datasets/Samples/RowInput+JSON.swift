import JSON
import Preprocessing

extension RowInput {
    /// The sample that starts at a row, as a client sends it: a row of a table by its names, or as plain numbers.
    func json(_ part: Split, _ row: Int, asNumbers: Bool) throws(DatasetError) -> JSONValue {
        if let window {
            var steps: [JSONValue] = []
            for step in row..<(row + window.length) { steps.append(try object(part, step)) }
            return .array(steps)
        }
        switch reader.dataset.features {
        case nil:
            let object = try object(part, row)
            return asNumbers ? .array(object.members?.map(\.value) ?? []) : object
        case .images: return ["b64": .string(Base64.encode(try reader[part].file(row)))]
        case .tensor(let shape, _, _):
            let numbers = try reader[part].numbers(row)
            return Self.nested(numbers[...], shape[...])
        case .sequences(let features, _):
            let numbers = try reader[part].numbers(row)
            let shape = features == 1 ? [numbers.count] : [numbers.count / features, features]
            return Self.nested(numbers[...], shape[...])
        }
    }

    private func object(_ part: Split, _ row: Int) throws(DatasetError) -> JSONValue {
        let indices = columns ?? []
        let cells = try reader[part].cells(row, columns: indices)
        return .object(
            zip(indices, cells).map { index, cell in
                let value: JSONValue =
                    switch cell {
                    case .missing: .null
                    case .number(let value): Self.number(value)
                    case .text(let text): .string(text)
                    }
                return JSONMember(reader.dataset.columns[index].name, value)
            })
    }

    private static func nested(_ numbers: ArraySlice<Float>, _ shape: ArraySlice<Int>) -> JSONValue {
        guard let size = shape.first else { return number(numbers.first ?? .nan) }
        let stride = numbers.count / max(size, 1)
        return .array(
            (0..<size).map { index in
                let start = numbers.startIndex + index * stride
                return nested(numbers[start..<(start + stride)], shape.dropFirst())
            })
    }

    private static func number(_ value: Float) -> JSONValue {
        if value.isNaN { return .null }
        if let integer = Int32(exactly: value) { return .integer(Int(integer)) }
        // The shortest decimal that reads back as the same float32.
        return .number(Double(value.description) ?? Double(value))
    }
}
