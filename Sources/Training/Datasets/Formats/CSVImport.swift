import ModelFormats
import Preprocessing

/// Stores tables of comma-separated values: a first pass finds names and types, a second writes the rows.
///
/// The first row holds names unless one of its fields is a number where the column's next value is one too. A column is
/// one of numbers when all its values are numbers or missing. A text column `split` of the words train, validation and
/// test says where a row belongs.
struct CSVImport {
    private let files: [(Split, DatasetSource)]
    private var columns: [ColumnSchema] = []
    private var hasHeader = true

    /// Looks at the files; all must have the same columns.
    init(_ files: [(Split, DatasetSource)]) throws(DatasetError) {
        self.files = files
        for (index, file) in files.enumerated() { try look(at: file.1, isFirst: index == 0) }
        guard columns.contains(where: { $0.numbers + $0.texts + $0.missing > 0 }) else {
            throw .source(files[0].1.name, line: nil, column: nil, expected: "rows", found: "none")
        }
    }

    /// Writes the rows.
    func write(into directory: String) throws(DatasetError) -> DatasetWriter {
        let splitColumn = files.count == 1 ? columns.firstIndex(where: \.isSplit) : nil
        let kept = columns.indices.filter { $0 != splitColumn }
        let writer = try DatasetWriter(
            directory: directory, features: nil, columns: kept.map { (columns[$0].name, columns[$0].isText) })
        writer.report.notes = columns.compactMap(\.note)
        for (fileSplit, file) in files {
            var reader = try CSVReader(file)
            if hasHeader { _ = try reader.next() }
            while try reader.next() {
                var split = fileSplit
                if let splitColumn, let named = Split(folder: try reader.text(reader.fields[splitColumn])) {
                    split = named
                }
                var cells: [Cell] = []
                cells.reserveCapacity(kept.count)
                for column in kept { cells.append(try cell(reader, column)) }
                try writer.add(DatasetRow(features: nil, cells: cells), to: split)
            }
        }
        return writer
    }

    private func cell(_ reader: CSVReader, _ column: Int) throws(DatasetError) -> Cell {
        let field = reader.fields[column]
        switch CSVValue(reader.trimmed(field), isQuoted: field.isQuoted) {
        case .missing: return .missing
        case .number(let value) where !columns[column].isText: return .number(value)
        default: return .text(String(decoding: reader.trimmed(field), as: UTF8.self))
        }
    }

    /// The first pass over a file.
    private mutating func look(at file: DatasetSource, isFirst: Bool) throws(DatasetError) {
        var reader = try CSVReader(file)
        guard try reader.next() else {
            throw .source(file.name, line: nil, column: nil, expected: "rows", found: "none")
        }
        if isFirst {
            hasHeader = try Self.hasHeader(file)
            columns = try Self.names(reader, hasHeader: hasHeader).map { ColumnSchema(name: $0) }
        } else if hasHeader {
            let names = try Self.names(reader, hasHeader: true)
            guard names == columns.map(\.name) else {
                throw reader.error(expected: "the columns of \(files[0].1.name)", found: "others")
            }
        }
        if hasHeader { guard try reader.next() else { return } }
        repeat {
            guard reader.fields.count == columns.count else {
                throw reader.error(expected: "\(columns.count) fields", found: "\(reader.fields.count)")
            }
            for (index, field) in reader.fields.enumerated() {
                let value = CSVValue(reader.trimmed(field), isQuoted: field.isQuoted)
                try columns[index].add(value, line: reader.line) { () throws(DatasetError) in try reader.text(field) }
            }
        } while try reader.next()
    }

    private static func hasHeader(_ file: DatasetSource) throws(DatasetError) -> Bool {
        var reader = try CSVReader(file)
        _ = try reader.next()
        let first = reader.fields.map { CSVValue(reader.trimmed($0), isQuoted: $0.isQuoted) }
        let numbers = first.indices.filter { if case .number = first[$0] { true } else { false } }
        guard !numbers.isEmpty else { return true }
        // Names may be numbers (0, 1, 2, … label); then another field is a text above a number, or a usual target's
        // name.
        let names = reader.fields.map { String(decoding: reader.trimmed($0), as: UTF8.self).lowercased() }
        if names.contains(where: { ["target", "label", "class", "y"].contains($0) }) { return true }
        guard try reader.next(), reader.fields.count == first.count else { return false }
        let second = reader.fields.map { CSVValue(reader.trimmed($0), isQuoted: $0.isQuoted) }
        return zip(first, second).contains { above, below in
            if case .text = above, case .number = below { true } else { false }
        }
    }

    private static func names(_ reader: CSVReader, hasHeader: Bool) throws(DatasetError) -> [String] {
        guard hasHeader else { return reader.fields.indices.map { "column_\($0)" } }
        var names: [String] = []
        var known: Set<String> = []
        for (index, field) in reader.fields.enumerated() {
            let text = try reader.text(field)
            let trimmed = String(decoding: reader.trimmed(field), as: UTF8.self)
            let name = text.isEmpty || trimmed.isEmpty ? "column_\(index)" : trimmed
            guard known.insert(name).inserted else {
                throw reader.error(column: name, expected: "each name once", found: "two columns of that name")
            }
            names.append(name)
        }
        return names
    }
}
