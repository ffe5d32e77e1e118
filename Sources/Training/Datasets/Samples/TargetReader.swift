import JSON
import Preprocessing

/// Reads the targets of rows.
struct TargetReader: Sendable {
    /// Most classes.
    static let maximumClasses = 65_536

    let target: Target
    /// The names of the classes; nil for numbers.
    let classNames: [String]?
    /// Where the target's columns stand in the dataset.
    let columns: [Int]
    /// The class of each name.
    private let indices: [String: Int]
    /// Whether each class has a column, with a 1 in that of the row's class.
    private let isOneHot: Bool
    private let names: [String]

    /// Finds the target; `known` are the classes of an existing model, whose numbers must not change; `texts` are they where
    /// the target may have their numbers instead.
    init(
        _ data: DatasetReader, options: DataOptions, known: [String]? = nil, texts: [String]? = nil,
        skippingMissing: Bool = false
    ) throws(DatasetError) {
        let dataset = data.dataset
        columns = try Self.columns(dataset, options.target)
        names = columns.map { dataset.columns[$0].name }
        let isText = columns.contains { dataset.columns[$0].isText }
        let known = known ?? (isText ? texts : nil)
        isOneHot = columns.count > 1 && options.task != .regression && !isText ? try data.isOneHot(columns) : false
        guard columns.count == 1 || isOneHot || options.task == nil || options.task == .regression else {
            throw .field(
                FieldError(path: "target", expected: "one column for classes", found: "\(columns.count)"))
        }
        let single = dataset.columns[columns[0]]
        let isClasses = isOneHot || columns.count == 1 && TargetRule.isClasses(single, rows: dataset.rowCount)
        let task = options.task ?? (known != nil || isClasses ? .classification : .regression)
        guard task == .regression else {
            classNames =
                if let known { known } else if isOneHot { names } else {
                    try data.classes(columns[0], skippingMissing: skippingMissing)
                }
            indices = Dictionary(uniqueKeysWithValues: zip(classNames ?? [], 0...))
            let count = classNames?.count ?? 0
            guard task == .classification || count == 2 else {
                throw .field(FieldError(path: "target", expected: "2 classes for \"binary\"", found: "\(count)"))
            }
            guard count != 1 else {
                throw .field(
                    FieldError(
                        path: "target", expected: "2 classes at least, or the type \"regression\"",
                        found: "only \"\((classNames ?? [])[0].prefix(40))\""))
            }
            target = task == .binary ? .binary : .classes(classNames ?? [])
            return
        }
        if let text = columns.first(where: { dataset.columns[$0].isText }) {
            throw .field(
                FieldError(
                    path: "target", expected: "columns of numbers for regression",
                    found: "texts in \"\(dataset.columns[text].name)\""))
        }
        (target, classNames, indices) = (.values(names), nil, [:])
    }

    /// Reads the target of a row.
    func read(_ cells: [Cell], split: Split, row: Int, into output: UnsafeMutablePointer<Float>) throws(DatasetError) {
        guard classNames == nil else {
            return unsafe output.pointee = Float(try classIndex(cells, split, row))
        }
        for (index, cell) in cells.enumerated() {
            guard case .number(let value) = cell, value.isFinite else {
                throw .row(
                    split, row, field: names[index], expected: "a number as target",
                    found: cell.category ?? "a missing value")
            }
            unsafe output[index] = value
        }
    }

    private func classIndex(_ cells: [Cell], _ split: Split, _ row: Int) throws(DatasetError) -> Int {
        if isOneHot, let index = cells.firstIndex(of: .number(1)) { return index }
        guard let name = cells[0].category else {
            throw .row(split, row, field: names[0], expected: "a class", found: "a missing value")
        }
        guard let index = indices[name] else {
            throw .row(
                split, row, field: names[0], expected: "one of the \(indices.count) classes of the model",
                found: "\"\(name.prefix(40))\"")
        }
        return index
    }

    private static func columns(_ dataset: Dataset, _ wanted: [String]?) throws(DatasetError) -> [Int] {
        let all = dataset.columns.map(\.name)
        guard !all.isEmpty else {
            throw .field(
                FieldError(
                    path: "dataset", expected: "a dataset with a target (y)", found: "\"\(dataset.name)\" has none"))
        }
        // Beside arrays and images all columns are targets.
        let names = wanted ?? (dataset.features == nil ? [dataset.defaultTarget ?? all[0]] : all)
        var columns: [Int] = []
        for name in names {
            guard let index = all.firstIndex(of: name), !columns.contains(index) else {
                throw .field(
                    FieldError(
                        path: "target",
                        expected: "a column of the dataset (\(all.prefix(20).joined(separator: ", "))), once",
                        found: "\"\(name)\""))
            }
            columns.append(index)
        }
        return columns
    }
}
