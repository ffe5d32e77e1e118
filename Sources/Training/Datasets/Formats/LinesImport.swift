import JSON
import Preprocessing

/// Stores JSON lines: a first pass finds names and types, a second writes the rows.
///
/// One member may hold lists of numbers, all of one shape or sequences of different lengths: the features. The others
/// are numbers, texts, truth values or null, and become columns. A text member `split` says where a row belongs.
struct LinesImport {
    private let files: [(Split, DatasetSource)]
    private var columns: [ColumnSchema] = []
    private var places: [String: Int] = [:]
    private var features: ListSchema?

    /// Looks at the files.
    init(_ files: [(Split, DatasetSource)]) throws(DatasetError) {
        self.files = files
        for (_, file) in files {
            var reader = LineReader(file)
            while let members = try reader.next() { try look(at: members, reader) }
        }
        guard features != nil || !columns.isEmpty else {
            throw .source(files[0].1.name, line: nil, column: nil, expected: "rows", found: "none")
        }
    }

    /// Writes the rows.
    func write(into directory: String) throws(DatasetError) -> DatasetWriter {
        let isSplit = files.count == 1 && places["split"].map { columns[$0].isSplit } == true
        let kept = columns.filter { !isSplit || $0.name != "split" }
        let writer = try DatasetWriter(
            directory: directory, features: try features?.features(),
            columns: kept.map { ($0.name, $0.isText) })
        writer.report.notes = kept.compactMap(\.note)
        for (fileSplit, file) in files {
            var reader = LineReader(file)
            while let members = try reader.next() {
                var values: [String: JSONValue] = [:]
                for member in members { values[member.name] = member.value }
                let split = isSplit ? values["split"]?.string.flatMap { Split(folder: $0) } : nil
                let cells = kept.map { Self.cell(values[$0.name] ?? .null, isText: $0.isText) }
                var row = DatasetRow(features: nil, cells: cells)
                if let features {
                    guard let list = values[features.name], list != .null else {
                        throw reader.error(column: features.name, expected: "a list of numbers", found: "none")
                    }
                    row.features = .numbers(features.numbers(list))
                }
                try writer.add(row, to: split ?? fileSplit)
            }
        }
        return writer
    }

    private mutating func look(at members: [JSONMember], _ reader: LineReader) throws(DatasetError) {
        for member in members {
            if case .array = member.value {
                var schema = features ?? ListSchema(name: member.name)
                guard schema.name == member.name, places[member.name] == nil else {
                    throw reader.error(
                        column: member.name, expected: "lists of numbers in one member only",
                        found: features == nil ? "one beside other values" : "another in \"\(schema.name)\"")
                }
                try schema.add(member.value, reader)
                features = schema
                continue
            }
            guard member.name != features?.name else {
                throw reader.error(column: member.name, expected: "a list", found: JSONFields.text(member.value))
            }
            let place = places[member.name] ?? columns.count
            if place == columns.count {
                guard place < DatasetWriter.maximumColumns else {
                    throw reader.error(expected: "at most \(DatasetWriter.maximumColumns) members", found: "more")
                }
                columns.append(ColumnSchema(name: member.name))
                places[member.name] = place
            }
            let value = try Self.value(member, reader)
            try columns[place].add(value, line: reader.line) {
                Self.cell(member.value, isText: true).category ?? ""
            }
        }
    }

    private static func value(_ member: JSONMember, _ reader: LineReader) throws(DatasetError) -> CSVValue {
        switch member.value {
        case .null: return .missing
        case .bool, .string: return .text
        case .integer, .number:
            let value = Float(member.value.double ?? 0)
            guard value.isFinite else {
                throw reader.error(
                    column: member.name, expected: "a number that fits float32", found: JSONFields.text(member.value))
            }
            return .number(value)
        case .array, .object:
            throw reader.error(
                column: member.name, expected: "a number, a text, true, false, null or a list of numbers",
                found: "an object")
        }
    }

    private static func cell(_ value: JSONValue, isText: Bool) -> Cell {
        switch value {
        case .string(let text): return .text(text)
        case .bool(let value): return .text(value ? "true" : "false")
        case .integer, .number:
            let number = Float(value.double ?? 0)
            return isText ? .text(Cell.text(of: number)) : .number(number)
        default: return .missing
        }
    }
}
