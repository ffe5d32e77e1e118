extension Preprocessing {
    /// Preprocesses a row of a table, its values in the order of the columns. A sequence, a tensor or an image may come
    /// as a row of numbers.
    package func apply(
        cells: [Cell], number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) {
        switch input {
        case .table(let columns):
            precondition(cells.count == columns.count, "\(cells.count) values for \(columns.count) columns")
            var place = 0
            for (cell, column) in zip(cells, columns) {
                try unsafe column.apply(cell, row: number, into: output + place)
                place += column.width
            }
        case .tensor, .image:
            precondition(cells.count == steps?.inputShape.reduce(1, *), "\(cells.count) values")
            var raw: [Float] = []
            for (index, cell) in cells.enumerated() {
                raw.append(try self.number(of: cell, row: number, field: "[\(index)]"))
            }
            unsafe raw.withUnsafeBufferPointer { buffer in
                if let base = buffer.baseAddress { unsafe apply(base, into: output) }
            }
        case .sequence(let form):
            var raw: [Float] = []
            for (index, cell) in cells.enumerated() {
                let name = form.columns.isEmpty ? "[\(index)]" : form.columns[index % form.columns.count]
                raw.append(try self.number(of: cell, row: number, field: name))
            }
            _ = try unsafe raw.withUnsafeBufferPointer { buffer throws(PreprocessingError) in
                try unsafe apply(sequence: buffer, number: number, into: output)
            }
        }
    }

    /// A cell of a numeric row: a missing one is NaN when a step fills it in.
    func number(of cell: Cell, row: Int?, field: String) throws(PreprocessingError) -> Float {
        switch cell {
        case .number(let value): return value
        case .missing where steps?.fillsMissing == true: return .nan
        default: throw .row(row, field: field, expected: "a number", found: cell.found)
        }
    }
}
