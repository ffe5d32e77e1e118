import JSON
import Preprocessing

/// An open dataset.
final class DatasetReader: Sendable {
    let dataset: Dataset
    private let parts: [Split: DatasetPart]

    init(_ dataset: Dataset) throws(DatasetError) {
        self.dataset = dataset
        let strings = try dataset.columns.enumerated().map { index, column throws(DatasetError) in
            column.isText ? try StringTable(directory: dataset.directory, column: index) : nil
        }
        var parts: [Split: DatasetPart] = [:]
        for split in dataset.rowCounts.keys { parts[split] = try DatasetPart(dataset, split, strings: strings) }
        self.parts = parts
    }

    /// The rows that a dataset gives for a split.
    subscript(split: Split) -> DatasetPart {
        guard let part = parts[split] else { preconditionFailure("no rows for \(split)") }
        return part
    }

    /// Splits with rows of their own.
    var splits: [Split] { Split.allCases.filter { parts[$0] != nil } }

    /// The different values of a column over all splits, as classes. A missing one is refused unless its row is left out.
    func classes(_ column: Int, skippingMissing: Bool) throws(DatasetError) -> [String] {
        let name = dataset.columns[column].name
        var words: Set<UInt32> = []
        var names: Set<String> = []
        for split in splits {
            let part = self[split]
            try part.forEachWord(column: column) { row, word throws(DatasetError) in
                guard words.insert(word).inserted else { return }
                let cell = try part.cell(word, column: column)
                guard let category = cell.category else {
                    if skippingMissing { return }
                    throw .row(split, row, field: name, expected: "a class", found: "a missing value")
                }
                if case .number(let value) = cell, !value.isFinite {
                    throw .row(split, row, field: name, expected: "a class", found: category)
                }
                names.insert(category)
                guard words.count <= TargetReader.maximumClasses else {
                    throw .field(
                        FieldError(
                            path: "target", expected: "at most \(TargetReader.maximumClasses) classes in \"\(name)\"",
                            found: "more"))
                }
            }
        }
        return TargetRule.sorted(Array(names))
    }

    /// Whether every row has one 1 and else 0 in some columns.
    func isOneHot(_ columns: [Int]) throws(DatasetError) -> Bool {
        for split in splits {
            for row in 0..<self[split].rowCount {
                let cells = try self[split].cells(row, columns: columns)
                guard cells.allSatisfy({ $0 == .number(0) || $0 == .number(1) }),
                    cells.count(where: { $0 == .number(1) }) == 1
                else { return false }
            }
        }
        return true
    }
}
