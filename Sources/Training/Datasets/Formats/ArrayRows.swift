import ModelFormats
import Preprocessing
import Tensors

/// The rows of an array in memory or in a file, one after another.
final class ArrayRows {
    /// Bytes of a file that are in memory at a time.
    private static let chunkByteCount = 16 << 20

    let shape: Shape
    let dtype: DType
    private let file: NpyFile?
    /// Some rows, and the first of them.
    private var chunk: RowNumbers
    private var chunkRows: Range<Int>

    init(_ tensor: Tensor) {
        (shape, dtype) = (tensor.shape, tensor.dtype)
        file = nil
        chunk = RowNumbers(tensor)
        chunkRows = 0..<(tensor.shape.dimensions.first ?? 0)
    }

    /// A file below a directory.
    init(directory: String, relativePath: String) throws(DatasetError) {
        do throws(ModelFormatError) {
            let opened = try NpyFile(directory: directory, relativePath: relativePath)
            (shape, dtype) = (opened.shape, opened.dtype)
            chunk = RowNumbers(try opened.rows(0..<0))
            chunkRows = 0..<0
            file = consume opened
        } catch {
            throw .format(error)
        }
    }

    /// A row of bytes or truth values.
    func bytes(_ row: Int) throws(DatasetError) -> ArraySlice<UInt8> {
        try load(row)
        return chunk.bytes(row - chunkRows.lowerBound)
    }

    /// A row converted to float32.
    func numbers(_ row: Int) throws(DatasetError) -> [Float] {
        try load(row)
        return chunk.numbers(row - chunkRows.lowerBound)
    }

    /// A row as values of columns.
    func cells(_ row: Int) throws(DatasetError) -> [Cell] {
        try numbers(row).map { $0.isNaN ? .missing : .number($0) }
    }

    private func load(_ row: Int) throws(DatasetError) {
        guard !chunkRows.contains(row) else { return }
        guard file != nil else { preconditionFailure("no row \(row)") }
        let stride = shape.dimensions.dropFirst().reduce(dtype.byteCount, *)
        let count = max(Self.chunkByteCount / max(stride, 1), 1)
        let range = row..<min(row + count, shape[0])
        do throws(ModelFormatError) {
            if let rows = try file?.rows(range) { chunk = RowNumbers(rows) }
        } catch {
            throw .format(error)
        }
        chunkRows = range
    }
}
