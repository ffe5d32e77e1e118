import JSON
import Preprocessing

/// Writes the files of a dataset, row by row, into a directory that must be new.
final class DatasetWriter {
    /// Most columns of a table.
    static let maximumColumns = 16_384

    let directory: String
    var report: DatasetReport
    private let features: DatasetFeatures?
    private let strings: [StringTableWriter?]
    private var splits: [Split: SplitWriter] = [:]

    /// Makes the files. `features` is what each row has besides values of columns; `columns` are names, each once, and
    /// whether the values are texts.
    init(
        directory: String, features: DatasetFeatures?, columns: [(name: String, isText: Bool)]
    ) throws(DatasetError) {
        self.directory = directory
        self.features = features
        report = DatasetReport(columns: columns)
        try Directories.make(directory + "/strings")
        strings = try columns.enumerated().map { index, column throws(DatasetError) in
            column.isText ? try StringTableWriter(directory: directory, column: index) : nil
        }
    }

    /// Adds a row to a split.
    func add(_ row: DatasetRow, to split: Split) throws(DatasetError) {
        try writer(split).add(row, strings: strings)
        report.add(row, to: split)
    }

    /// Writes out everything and describes it.
    func finish(
        name: String, format: DatasetFormat, digest: String, byteCount: Int
    ) throws(DatasetError) -> Dataset {
        for split in splits.values { try split.finish() }
        for strings in strings { try strings?.finish() }
        let rowCounts = splits.mapValues(\.rowCount)
        guard rowCounts[.train] != nil else {
            throw .source(name, line: nil, column: nil, expected: "rows to train on", found: "none")
        }
        let dataset = Dataset(
            name: name, format: format, digest: digest, byteCount: byteCount, features: features,
            columns: report.columns.map(\.column), rowCounts: rowCounts, report: report.json, directory: directory)
        let description = try FileWriter(path: directory + "/dataset.json")
        try description.write(dataset.json.bytes)
        try description.finish()
        try Directories.synchronize(directory)
        return dataset
    }

    private func writer(_ split: Split) throws(DatasetError) -> SplitWriter {
        if let writer = splits[split] { return writer }
        let writer = try SplitWriter(
            directory: "\(directory)/\(split.rawValue)", hasFeatures: features != nil,
            hasOffsets: features?.hasOffsets ?? false, hasCells: !strings.isEmpty)
        splits[split] = writer
        return writer
    }
}

extension DatasetFeatures {
    /// Whether rows have different sizes.
    var hasOffsets: Bool { if case .tensor = self { false } else { true } }
}
