import JSON
import Preprocessing

/// Reads the rows of a dataset for its preprocessing, as they are stored.
struct RowInput: Sendable {
    let reader: DatasetReader
    /// The columns that are inputs, in their order; nil for rows without a table.
    let columns: [Int]?
    /// How rows make sequences.
    let window: Window?

    /// What a row is before preprocessing.
    var form: RawForm {
        switch reader.dataset.features {
        case .tensor(let shape, _, let isPixels): .tensor(shape: shape, isPixels: isPixels)
        case .sequences(let features, let longest): .sequences(features: features, longest: longest)
        case .images(let height, let width, let channels): .files(height: height, width: width, channels: channels)
        case nil: .table((columns ?? []).map { reader.dataset.columns[$0].raw })
        }
    }

    /// Calls `body` with a row as it is stored.
    func withRow<Result>(
        _ part: Split, _ row: Int, _ body: (RawRow) throws(PreprocessingError) -> Result
    ) throws(DatasetError) -> Result {
        if let columns {
            let cells = try reader[part].cells(row, columns: columns)
            return try Self.naming(part, row) { () throws(PreprocessingError) in try body(.cells(cells)) }
        }
        if case .images = reader.dataset.features {
            let file = try reader[part].file(row)
            return try Self.naming(part, row) { () throws(PreprocessingError) in try body(.file(file)) }
        }
        let numbers = try reader[part].numbers(row)
        return try Self.naming(part, row) { () throws(PreprocessingError) in
            try unsafe numbers.withUnsafeBufferPointer { buffer throws(PreprocessingError) in
                try unsafe body(.numbers(buffer))
            }
        }
    }

    /// Preprocesses the sample that starts at a row into `preprocessing.sampleShape` numbers. Gives the steps that are
    /// not filling; 1 for samples that are no sequences.
    func sample(
        _ part: Split, _ row: Int, _ preprocessing: Preprocessing, into output: UnsafeMutablePointer<Float>
    ) throws(DatasetError) -> Int {
        if let window {
            var cells: [Cell] = []
            for step in row..<(row + window.length) {
                cells += try reader[part].cells(step, columns: columns ?? [])
            }
            let steps = cells
            try Self.naming(part, row) { () throws(PreprocessingError) in
                try unsafe preprocessing.apply(cells: steps, number: row, into: output)
            }
            return window.length
        }
        return try withRow(part, row) { raw throws(PreprocessingError) in
            switch raw {
            case .cells(let cells): try unsafe preprocessing.apply(cells: cells, number: row, into: output)
            case .file(let bytes): try unsafe preprocessing.apply(file: bytes, number: row, into: output)
            case .numbers(let buffer):
                if case .sequence = preprocessing.input {
                    return try unsafe preprocessing.apply(sequence: buffer, number: row, into: output)
                }
                if let base = buffer.baseAddress { unsafe preprocessing.apply(base, into: output) }
            }
            if case .sequence(let form) = preprocessing.input { return form.length }
            return 1
        }
    }

    /// Says of which split a row is that preprocessing refuses.
    private static func naming<Result>(
        _ part: Split, _ row: Int, _ body: () throws(PreprocessingError) -> Result
    ) throws(DatasetError) -> Result {
        do {
            return try body()
        } catch {
            guard case .row(_, let field, let expected, let found) = error else { throw .preprocessing(error) }
            throw .row(part, row, field: field, expected: expected, found: found)
        }
    }
}
