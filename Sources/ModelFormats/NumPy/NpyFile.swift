package import Tensors

/// A `.npy` file that is read in pieces, for arrays larger than memory.
package struct NpyFile: ~Copyable {
    /// What precedes the elements at most.
    private static let maximumPrefixByteCount = NpyReader.maximumHeaderByteCount + 12

    /// The shape of the whole array, of one dimension at least.
    package let shape: Shape
    private let header: NpyHeader
    private let start: Int
    private let file: OpenFile

    /// Opens a file below a directory by a relative path that must not leave it: no `..`, no symbolic link. Arrays in
    /// column-major order are refused, because their rows are not in one piece.
    package init(directory: String, relativePath: String) throws(ModelFormatError) {
        let file = try OpenFile(directory: directory, relativePath: relativePath)
        let prefix = try file.read(0..<min(file.byteCount, Self.maximumPrefixByteCount))
        let (header, start) = try NpyReader.header(of: prefix, 0..<prefix.count, name: file.name)
        let shape = try Shape(
            checking: header.dimensions, width: header.encoding.byteCount, byteCount: file.byteCount - start,
            tensor: file.name)
        guard shape.rank > 0, !header.fortranOrder || shape.rank == 1 else {
            throw .unsupported(
                part: "npy array \(file.name.quoted)", expected: "arrays of rows in row-major order are",
                found: shape.rank == 0 ? "a single number" : "fortran_order")
        }
        self.shape = shape
        (self.header, self.start) = (header, start)
        self.file = file
    }

    /// The type of the elements.
    package var dtype: DType { header.encoding.dtype }

    /// A range of rows: [rows, …].
    package func rows(_ range: Range<Int>) throws(ModelFormatError) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape[0])")
        let ending = Array(shape.dimensions.dropFirst())
        let stride = ending.reduce(header.encoding.byteCount, *)
        let bytes = try file.read((start + range.lowerBound * stride)..<(start + range.upperBound * stride))
        return header.encoding.tensor(
            from: bytes, 0..<bytes.count, shape: Shape([range.count] + ending), bigEndian: header.bigEndian)
    }
}
