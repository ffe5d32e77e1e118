import Preprocessing

/// The rows of one split of a stored dataset.
final class DatasetPart: Sendable {
    let rowCount: Int
    private let features: DatasetFeatures?
    private let columns: [DatasetColumn]
    private let numbers: StoredFile?
    private let offsets: StoredFile?
    private let cells: StoredFile?
    private let strings: [StringTable?]

    init(_ dataset: Dataset, _ split: Split, strings: [StringTable?]) throws(DatasetError) {
        let directory = "\(dataset.directory)/\(split.rawValue)"
        rowCount = dataset.rowCounts[split] ?? 0
        features = dataset.features
        columns = dataset.columns
        self.strings = strings
        numbers = features == nil ? nil : try StoredFile(path: directory + "/features.bin")
        offsets = features?.hasOffsets == true ? try StoredFile(path: directory + "/offsets.bin") : nil
        cells = columns.isEmpty ? nil : try StoredFile(path: directory + "/cells.bin")
        let hasAllCells = cells.map { $0.byteCount == rowCount * 4 * columns.count } ?? true
        let hasAllOffsets = offsets.map { $0.byteCount == (rowCount + 1) * 8 } ?? true
        guard hasAllCells, hasAllOffsets, hasAllNumbers else {
            throw .damaged(name: dataset.name, reason: "the files of \(split.rawValue) are not \(rowCount) rows long")
        }
    }

    private var hasAllNumbers: Bool {
        guard case .tensor(let shape, let storage, _) = features else { return true }
        return numbers?.byteCount == rowCount * shape.reduce(1, *) * storage.byteCount
    }

    /// The numbers of a row of a tensor or of a sequence.
    func numbers(_ row: Int) throws(DatasetError) -> [Float] {
        switch features {
        case .tensor(let shape, let storage, _):
            let count = shape.reduce(1, *)
            guard storage == .uint8 else { return try floats(at: row * count * 4, count: count) }
            return try numbers?.values(UInt8.self, from: row * count, count: count).map { Float($0) } ?? []
        case .sequences:
            let range = try range(row)
            return try floats(at: range.lowerBound, count: range.count / 4)
        default: preconditionFailure("rows are no numbers")
        }
    }

    /// The file of a row's image.
    func file(_ row: Int) throws(DatasetError) -> [UInt8] {
        let range = try range(row)
        return try numbers?.values(UInt8.self, from: range.lowerBound, count: range.count) ?? []
    }

    /// The values of some columns of a row.
    func cells(_ row: Int, columns indices: [Int]) throws(DatasetError) -> [Cell] {
        let words = try cells?.values(UInt32.self, from: row * columns.count, count: columns.count) ?? []
        return try indices.map { index throws(DatasetError) in try cell(words[index], column: index) }
    }

    /// Calls `body` with each row's word of a column, in pieces that fit memory.
    func forEachWord(
        column: Int, _ body: (_ row: Int, _ word: UInt32) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        let rowsAtATime = max((1 << 18) / columns.count, 1)
        for start in stride(from: 0, to: rowCount, by: rowsAtATime) {
            let count = min(rowsAtATime, rowCount - start)
            let words = try cells?.values(UInt32.self, from: start * columns.count, count: count * columns.count) ?? []
            for row in 0..<count { try body(start + row, words[row * columns.count + column]) }
        }
    }

    /// What a word of a column stands for.
    func cell(_ word: UInt32, column: Int) throws(DatasetError) -> Cell {
        guard let strings = strings[column] else {
            let value = Float(bitPattern: word)
            return value.isNaN ? .missing : .number(value)
        }
        guard word != UInt32.max, let text = try strings.text(word) else { return .missing }
        return .text(text)
    }

    private func range(_ row: Int) throws(DatasetError) -> Range<Int> {
        let bounds = try offsets?.values(UInt64.self, from: row, count: 2) ?? [0, 0]
        guard bounds[0] <= bounds[1], bounds[1] <= UInt64(numbers?.byteCount ?? 0) else {
            throw .damaged(name: "", reason: "the offsets of row \(row) lie outside of its file")
        }
        return Int(bounds[0])..<Int(bounds[1])
    }

    private func floats(at offset: Int, count: Int) throws(DatasetError) -> [Float] {
        guard let numbers else { return [] }
        var values = [Float](repeating: 0, count: count)
        try unsafe values.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
            try unsafe numbers.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return values
    }
}
