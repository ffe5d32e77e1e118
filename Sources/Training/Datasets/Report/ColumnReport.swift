import JSON
import Preprocessing

/// What is known of a column's values.
struct ColumnReport {
    let name: String
    let isText: Bool
    /// Of its numbers.
    private(set) var moments = Moments()
    private(set) var missing = 0
    /// Whether all numbers are whole.
    private(set) var isInteger = true
    /// How often each value comes in each split; nil when there are too many.
    private(set) var counts: [Cell: SplitCounts]? = [:]

    init(name: String, isText: Bool) { (self.name, self.isText) = (name, isText) }

    mutating func add(_ cell: Cell, _ split: Split) {
        guard cell != .missing else { return missing += 1 }
        if case .number(let value) = cell {
            moments.add(value)
            if value.rounded() != value { isInteger = false }
        }
        if case .text(let text) = cell, text.utf8.count > DatasetColumn.maximumTextByteCount { counts = nil }
        counts?[cell, default: SplitCounts()][split] += 1
        if let distinct = counts?.count, distinct > DatasetColumn.maximumDistinct { counts = nil }
    }

    var column: DatasetColumn {
        DatasetColumn(
            name: name, isText: isText, isInteger: !isText && isInteger && moments.count > 0, distinct: counts?.count)
    }

    /// A part of the validation report.
    var json: JSONValue {
        var members = [
            JSONMember("name", .string(name)), JSONMember("type", isText ? "text" : "number"),
            JSONMember("missing", .integer(missing)),
        ]
        if let counts { members.append(JSONMember("distinct", .integer(counts.count))) }
        if !isText, moments.count > 0 { members += moments.members }
        return .object(members)
    }
}

extension Moments {
    /// Range, mean and deviation for a report.
    var members: [JSONMember] {
        [
            JSONMember("minimum", .number(Double(minimum))), JSONMember("maximum", .number(Double(maximum))),
            JSONMember("mean", .number(mean)), JSONMember("deviation", .number(deviation)),
        ]
    }
}
