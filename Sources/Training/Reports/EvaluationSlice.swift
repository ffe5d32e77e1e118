/// Some rows of the evaluated data, by a name that says which: `region = north`.
package struct EvaluationSlice: Sendable, Equatable {
    package let name: String
    /// Indices into the rows that were evaluated.
    package let rows: [Int]

    package init(_ name: String, rows: [Int]) {
        self.name = name
        self.rows = rows
    }

    /// Most different values of a column that get a slice each.
    private static let mostValues = 20

    /// The slices of a column: one for every value, the most frequent ones when there are many; numbers of many values
    /// are cut at their quartiles instead. Rows without a value have a slice of their own.
    /// - Parameters:
    ///   - column: its name.
    ///   - values: of every row that was evaluated, as text; nil where there is none.
    /// - Returns: slices that share no row.
    package static func slices(column: String, values: [String?]) -> [EvaluationSlice] {
        var rows: [String: [Int]] = [:]
        var missing: [Int] = []
        for (row, value) in values.enumerated() {
            if let value { rows[value, default: []].append(row) } else { missing.append(row) }
        }
        let rest = missing.isEmpty ? [] : [EvaluationSlice("\(column) missing", rows: missing)]
        if rows.count > mostValues {
            let numbers = values.enumerated().compactMap { row, text in
                text.flatMap(Double.init).map { (row: row, value: $0) }
            }
            if numbers.count + missing.count == values.count {
                return quartiles(column: column, numbers: numbers) + rest
            }
        }
        let frequent = rows.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(mostValues)
        return frequent.sorted { $0.key < $1.key }.map { EvaluationSlice("\(column) = \($0.key)", rows: $0.value) }
            + rest
    }

    private static func quartiles(column: String, numbers: [(row: Int, value: Double)]) -> [EvaluationSlice] {
        let sorted = numbers.map(\.value).sorted()
        let bounds = (1...3).map { sorted[$0 * (sorted.count - 1) / 4] }
        let parts: [(name: String, contains: (Double) -> Bool)] = [
            ("\(column) ≤ \(bounds[0])", { $0 <= bounds[0] }),
            ("\(bounds[0]) < \(column) ≤ \(bounds[1])", { $0 > bounds[0] && $0 <= bounds[1] }),
            ("\(bounds[1]) < \(column) ≤ \(bounds[2])", { $0 > bounds[1] && $0 <= bounds[2] }),
            ("\(column) > \(bounds[2])", { $0 > bounds[2] }),
        ]
        return parts.compactMap { part in
            let rows = numbers.filter { part.contains($0.value) }.map(\.row)
            return rows.isEmpty ? nil : EvaluationSlice(part.name, rows: rows)
        }
    }
}
