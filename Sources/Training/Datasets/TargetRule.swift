/// When the values of a column are classes, and in which order.
enum TargetRule {
    /// Different whole numbers that still count as classes.
    static let maximumClasses = 100

    /// Whether a column's values are classes unless a request says otherwise: texts, or few different whole numbers of
    /// which each comes twice on average.
    static func isClasses(_ column: DatasetColumn, rows: Int) -> Bool {
        if column.isText { return true }
        guard column.isInteger, let distinct = column.distinct else { return false }
        return distinct <= maximumClasses && 2 * distinct <= max(rows, 4)
    }

    /// The names of classes in the order of their numbers: numbers by value, others in alphabetic order.
    static func sorted(_ names: [String]) -> [String] {
        let numbers = names.map { Float($0) }
        guard numbers.contains(nil) else {
            return zip(names, numbers.map { $0 ?? 0 }).sorted { $0.1 < $1.1 }.map(\.0)
        }
        return names.sorted()
    }
}
