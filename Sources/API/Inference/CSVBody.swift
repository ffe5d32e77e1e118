import JSON
import Preprocessing
import Serving
import Training

/// Rows of comma-separated values as a predict request in JSON, whose checks then hold for them too. A first line that
/// names the columns makes rows objects; without one they are lists of numbers.
struct CSVBody {
    let version: ModelVersion
    let limits: APILimits

    /// `{"instances": […]}`
    /// - Throws: `APIError.body` or `.dataset` for what is no CSV.
    func json(_ body: [UInt8]) throws(APIError) -> [UInt8] {
        do {
            var reader = try CSVReader(DatasetSource(name: "body", bytes: body))
            var writer = JSONWriter(capacity: body.count + body.count / 4)
            writer.beginObject()
            writer.key("instances")
            writer.beginArray()
            var names: [String]?
            var rows = 0
            while try reader.next() {
                if names == nil, rows == 0, try hasNames(reader) {
                    names = try reader.fields.map { field throws(DatasetError) in try reader.text(field) }
                    continue
                }
                try append(reader, names, to: &writer)
                rows += 1
                if rows > limits.maximumRows { throw DatasetError.tooManyRows(reader, limit: limits.maximumRows) }
            }
            writer.endArray()
            writer.endObject()
            return writer.bytes
        } catch {
            throw .body("\(error)")
        }
    }

    /// Whether the first line names columns: some that the version has, or texts without any number where it has none. A
    /// row with one wrong value is no line of names: it must not get lost.
    private func hasNames(_ reader: CSVReader) throws(DatasetError) -> Bool {
        let texts = try reader.fields.map { field throws(DatasetError) in try reader.text(field) }
        if case .table(let columns) = version.preprocessing?.preprocessing.input {
            return columns.contains { texts.contains($0.name) }
        }
        var hasText = false
        for field in reader.fields {
            switch CSVValue(reader.trimmed(field), isQuoted: field.isQuoted) {
            case .number: return false
            case .text: hasText = true
            case .missing: break
            }
        }
        return hasText
    }

    private func append(_ reader: CSVReader, _ names: [String]?, to writer: inout JSONWriter) throws(DatasetError) {
        var isTable = false
        if case .table = version.preprocessing?.preprocessing.input { isTable = true }
        let isObject = isTable && names != nil
        if let names, names.count != reader.fields.count {
            throw reader.error(expected: "\(names.count) values as in the first line", found: "\(reader.fields.count)")
        }
        if isObject { writer.beginObject() } else { writer.beginArray() }
        for (index, field) in reader.fields.enumerated() {
            if isObject, let names {
                guard names.firstIndex(of: names[index]) == index else {
                    throw reader.error(column: names[index], expected: "one column of that name", found: "two")
                }
                writer.key(names[index])
            }
            switch CSVValue(reader.trimmed(field), isQuoted: field.isQuoted) {
            case .missing: writer.appendNull()
            case .number(let value): writer.append(value)
            case .text: writer.append(try reader.text(field))
            }
        }
        if isObject { writer.endObject() } else { writer.endArray() }
    }
}

extension DatasetError {
    fileprivate static func tooManyRows(_ reader: CSVReader, limit: Int) -> DatasetError {
        reader.error(expected: "at most \(limit) rows", found: "more")
    }
}
