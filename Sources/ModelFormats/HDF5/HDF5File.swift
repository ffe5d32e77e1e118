import Tensors

/// Reads what Keras and h5py write of the Hierarchical Data Format 5 (The HDF Group, "HDF5 File Format Specification",
/// version 3.0): groups, attributes, and datasets that are contiguous, compact or in chunks.
///
/// Strict and bounded: links to other files and to other names, data outside of the file and unknown filters are refused,
/// every structure is read at most once a walk, and all datasets together cannot become more than the file can hold.
///
///     var file = try HDF5File(ByteSource(path: path))
///     let group = try file.group("model_weights/dense")
///     let kernel = try file.tensor(try group.object("kernel:0"))
struct HDF5File: Sendable {
    /// Bytes that all datasets together may have more for each byte of the file; a byte that repeats deflates to a
    /// thousandth.
    private static let maximumRatio = 200
    /// Bytes that datasets may have whatever the size of the file: 16 MiB.
    private static let ratioFreeByteCount = 16 << 20

    let storage: HDF5Storage
    /// The group that all others are in.
    let root: HDF5Object
    /// Bytes of elements that may still be read.
    private var remainingByteCount: Int
    /// Bytes of the file that may still be read as elements: nobody stores the same ones twice.
    private var remainingStoredByteCount: Int

    /// Reads the start of a file.
    /// - Parameters:
    ///   - source: The file, or what it lies in.
    ///   - range: Where it lies; nil for all.
    /// - Throws: `ModelFormatError` when it is no HDF5 file of these kinds.
    init(_ source: ByteSource, _ range: Range<Int>? = nil) throws(ModelFormatError) {
        storage = HDF5Storage(source, range ?? 0..<source.byteCount)
        let superblock = try HDF5Superblock(storage)
        root = try HDF5Object(storage, at: superblock.rootAddress, path: "")
        remainingStoredByteCount = storage.byteCount
        let (product, overflow) = storage.byteCount.multipliedReportingOverflow(by: Self.maximumRatio)
        remainingByteCount = overflow ? .max : max(product, Self.ratioFreeByteCount)
    }

    /// The elements of a dataset; float16 becomes float32, the other types stay.
    /// - Throws: when its elements are no numbers, are not whole in the file, or when all datasets that were read are more
    ///   than the file can hold.
    mutating func tensor(_ object: HDF5Object) throws(ModelFormatError) -> Tensor {
        let dataset = try HDF5Dataset(object)
        let (stored, unpacked) = try dataset.storage()
        guard stored <= remainingStoredByteCount, unpacked <= remainingByteCount else {
            throw .malformed(
                part: object.part, expected: "datasets that do not overlap and are no decompression bombs",
                found: "\(unpacked) bytes where the file holds \(min(remainingStoredByteCount, stored))")
        }
        remainingStoredByteCount -= stored
        remainingByteCount -= unpacked
        return try dataset.tensor()
    }
}
