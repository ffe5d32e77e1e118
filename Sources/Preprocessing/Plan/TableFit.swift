import JSON

/// Fits the columns of a table: fills, bounds and categories in a first pass, means and ranges of what these make in a
/// second.
struct TableFit {
    private enum Pass { case values, ranges, nothing }

    private var columns: [ColumnFit] = []
    private var pass = Pass.values

    init(_ plan: PreprocessingPlan, columns raw: [RawColumn]) throws(FieldError) {
        for step in plan.steps ?? [] where !step.kind.kinds.table {
            throw FieldError(path: step.path, expected: "a step for tables", found: step.kind.name)
        }
        for column in raw { columns.append(try ColumnFit(column, steps: plan.steps)) }
    }

    var needsRows: Bool { pass != .nothing }

    mutating func add(_ cells: [Cell], number: Int?) throws(PreprocessingError) {
        precondition(cells.count == columns.count, "\(cells.count) values for \(columns.count) columns")
        for index in columns.indices {
            if pass == .values {
                try columns[index].addValue(cells[index], number)
            } else {
                try columns[index].addRange(cells[index], number)
            }
        }
    }

    mutating func endPass() throws(FieldError) {
        guard pass == .values else {
            pass = .nothing
            for index in columns.indices { columns[index].endRanges() }
            return
        }
        for index in columns.indices { try columns[index].endValues() }
        let width = columns.reduce(0) { $0 + $1.encoding.width }
        guard width <= Preprocessing.maximumElementCount else {
            throw FieldError(
                path: "steps", expected: "at most \(Preprocessing.maximumElementCount) numbers for a row",
                found: "\(width)")
        }
        pass = columns.contains(where: \.needsRanges) ? .ranges : .nothing
    }

    func preprocessing() -> Preprocessing {
        Preprocessing(columns: columns.map { TableColumn(name: $0.name, encoding: $0.encoding) })
    }
}
