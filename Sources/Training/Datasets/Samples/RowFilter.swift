import JSON
import Preprocessing

/// Leaves rows out that miss a value.
struct RowFilter: Sendable {
    let reader: DatasetReader
    /// Where the columns stand in which a row must have values.
    private let columns: [Int]
    /// Whether numbers beside the columns are looked at as well.
    private let looksAtNumbers: Bool

    /// Looks at the columns of some names; without any, at those that are `used` as inputs and targets and at the numbers
    /// beside them.
    init(_ reader: DatasetReader, names: [String], used: [Int]) throws(DatasetError) {
        self.reader = reader
        looksAtNumbers = names.isEmpty && reader.dataset.features?.areNumbers == true
        columns =
            names.isEmpty
            ? used
            : try names.map { name throws(DatasetError) in
                guard let index = reader.dataset.columns.firstIndex(where: { $0.name == name }) else {
                    throw .field(
                        FieldError(
                            path: "preprocessing.steps", expected: "columns of the dataset for drop_rows",
                            found: "\"\(name)\""))
                }
                return index
            }
    }

    /// The rows of a part that have all values.
    func rows(_ part: Split) throws(DatasetError) -> [UInt32] {
        var rows: [UInt32] = []
        for row in 0..<reader[part].rowCount {
            guard try !reader[part].cells(row, columns: columns).contains(.missing) else { continue }
            if looksAtNumbers, try reader[part].numbers(row).contains(where: \.isNaN) { continue }
            rows.append(UInt32(row))
        }
        return rows
    }
}

extension DatasetFeatures {
    /// Whether rows are numbers and not files.
    fileprivate var areNumbers: Bool { if case .images = self { false } else { true } }
}
