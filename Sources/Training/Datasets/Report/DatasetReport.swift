import JSON
import Preprocessing

/// The validation report of a dataset, gathered while its rows are stored.
struct DatasetReport {
    /// Rows are unbalanced when the most frequent class has this many times the rows of the rarest.
    private static let imbalance = 10

    private(set) var columns: [ColumnReport]
    /// Where the default target stands.
    private let target: Int?
    private var rowCounts = SplitCounts()
    /// Of the numbers of features.
    private var moments = Moments()
    private var missingFeatures = 0
    private var seen: [Split: SeenRows] = [:]
    /// What a reader noticed.
    var notes: [String] = []

    init(columns: [(name: String, isText: Bool)]) {
        self.columns = columns.map { ColumnReport(name: $0.name, isText: $0.isText) }
        let name = Dataset.defaultTarget(columns.map(\.name))
        target = columns.firstIndex { $0.name == name }
    }

    /// Notes a row.
    mutating func add(_ row: DatasetRow, to split: Split) {
        rowCounts[split] += 1
        var hash = RowHash()
        switch row.features {
        case .numbers(let numbers):
            for number in numbers {
                if number.isNaN { missingFeatures += 1 } else { moments.add(number) }
            }
            unsafe numbers.withUnsafeBytes { unsafe hash.add($0) }
        case .bytes(let bytes):
            for byte in bytes { moments.add(Float(byte)) }
            unsafe bytes.withUnsafeBytes { unsafe hash.add($0) }
        case .file(let bytes): unsafe bytes.withUnsafeBytes { unsafe hash.add($0) }
        case nil: break
        }
        for (index, cell) in row.cells.enumerated() {
            columns[index].add(cell, split)
            guard index != target else { continue }
            switch cell {
            case .missing: hash.add(UInt64.max)
            case .number(let value): hash.add(UInt64(value.bitPattern))
            case .text(let text): hash.add(text)
            }
        }
        seen[split, default: SeenRows()].insert(hash.value)
    }

    /// The report.
    var json: JSONValue {
        let leakage = self.leakage
        var members = [JSONMember("rows", .integer(rowCounts.total))]
        if moments.count > 0 {
            members.append(
                JSONMember("features", .object([JSONMember("missing", .integer(missingFeatures))] + moments.members)))
        }
        members.append(JSONMember("columns", .array(columns.map(\.json))))
        if let target { members.append(JSONMember("target", .string(columns[target].name))) }
        if let classes = targetCounts {
            members.append(JSONMember("classes", .object(classes.map { JSONMember($0.name, $0.counts.json) })))
        }
        members.append(JSONMember("duplicates", Self.json(seen.mapValues(\.repeatedCount))))
        members.append(
            JSONMember(
                "leakage", .object(leakage.map { JSONMember("\($0.0.rawValue)/\($0.1.rawValue)", .integer($0.count)) }))
        )
        members.append(JSONMember("warnings", JSONValue(notes + warnings(leakage))))
        return .object(members)
    }

    private static func json(_ counts: [Split: Int]) -> JSONValue {
        .object(
            Split.allCases.compactMap { split in counts[split].map { JSONMember(split.rawValue, .integer($0)) } })
    }

    /// Rows of each class of the default target, when it looks like classes.
    private var targetCounts: [(name: String, counts: SplitCounts)]? {
        guard let target, let counts = columns[target].counts, !counts.isEmpty,
            TargetRule.isClasses(columns[target].column, rows: rowCounts.total)
        else { return nil }
        var named: [String: SplitCounts] = [:]
        for (cell, count) in counts { named[cell.category ?? ""] = count }
        return TargetRule.sorted(Array(named.keys)).map { ($0, named[$0] ?? SplitCounts()) }
    }

    /// Different rows that are in two splits.
    private var leakage: [(Split, Split, count: Int)] {
        let pairs: [(Split, Split)] = [(.train, .validation), (.train, .test), (.validation, .test)]
        return pairs.compactMap { first, second in
            guard let rows = seen[first], let others = seen[second] else { return nil }
            return (first, second, rows.sharedCount(with: others))
        }
    }

    private func warnings(_ leakage: [(Split, Split, count: Int)]) -> [String] {
        var warnings: [String] = []
        for (first, second, count) in leakage where count > 0 {
            warnings.append("\(count) rows of \(second.rawValue) are in \(first.rawValue) as well")
        }
        for split in Split.allCases {
            guard let count = seen[split]?.repeatedCount, count > 0 else { continue }
            warnings.append("\(count) rows of \(split.rawValue) repeat an earlier row")
        }
        if missingFeatures > 0 { warnings.append("\(missingFeatures) numbers are missing") }
        for column in columns {
            if column.missing > 0 { warnings.append("the column \"\(column.name)\" misses \(column.missing) values") }
            if column.counts?.count == 1, column.missing == 0, rowCounts.total > 1 {
                warnings.append("the column \"\(column.name)\" has one value only")
            }
        }
        if let classes = targetCounts {
            let totals = classes.map(\.counts.total)
            if let most = totals.max(), let least = totals.min(), most > Self.imbalance * least {
                warnings.append("the classes are unbalanced: from \(least) to \(most) rows")
            }
            for (name, counts) in classes where counts[.train] == 0 {
                warnings.append("the class \"\(name)\" has no rows in train")
            }
        }
        return warnings
    }
}
