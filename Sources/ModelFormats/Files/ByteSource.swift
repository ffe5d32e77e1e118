import Glibc
import Tensors

/// The bytes of a file or of memory, of which pieces are read when they are wanted.
///
/// Files are read, and mapped only where somebody asks for that and nobody can cut them short meanwhile.
package struct ByteSource: Sendable {
    private enum Place: Sendable {
        case memory([UInt8])
        case file(SharedFile)
    }

    /// An open file with several users, and where it is mapped.
    ///
    /// Invariant behind `@unchecked Sendable`: nothing changes, and mapped bytes are only read.
    @safe private final class SharedFile: MappedBytes, @unchecked Sendable {
        let file: OpenFile
        let base: UnsafeRawPointer?

        init(_ file: consuming OpenFile, isMapped: Bool) {
            self.file = file
            unsafe base = isMapped ? self.file.mapped() : nil
        }

        func discard(_ start: UnsafeRawPointer, byteCount: Int) {
            guard let base = unsafe base else { return }
            let page = 4096
            let first = unsafe max(start - base, 0) / page * page
            let end = unsafe min(start - base + byteCount, file.byteCount) / page * page
            guard first < end else { return }
            unsafe madvise(UnsafeMutableRawPointer(mutating: base + first), end - first, MADV_DONTNEED)
        }

        deinit {
            if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), file.byteCount) }
        }
    }

    /// Bytes from which on a part of a file is better mapped than read.
    private static let mappedByteCount = 1 << 16

    private let place: Place

    /// Bytes that are in memory already.
    package init(_ bytes: [UInt8]) { place = .memory(bytes) }

    /// Opens a file, which stays open as long as this value or a copy, or tensors that are parts of it.
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: Most bytes.
    ///   - isMapped: Whether large tensors may be parts of the mapped file, for users who soon let go of them.
    /// - Throws: `.unreadable`, or `.tooLarge` beyond `limit` bytes.
    package init(
        path: String, limit: Int = FileBytes.maximumByteCount, isMapped: Bool = false
    ) throws(ModelFormatError) {
        let file = try OpenFile(path: path)
        guard file.byteCount <= limit else {
            throw .tooLarge(part: "file \(file.name.quoted)", byteCount: file.byteCount, limit: limit)
        }
        place = .file(SharedFile(file, isMapped: isMapped))
    }

    /// Takes an open file.
    init(_ file: consuming OpenFile, isMapped: Bool) { place = .file(SharedFile(file, isMapped: isMapped)) }

    /// All bytes.
    package var byteCount: Int {
        switch place {
        case .memory(let bytes): bytes.count
        case .file(let shared): shared.file.byteCount
        }
    }

    /// A range of the bytes, and where it stands among those that are returned: what is in memory is not copied.
    package func window(_ range: Range<Int>) throws(ModelFormatError) -> (bytes: [UInt8], range: Range<Int>) {
        switch place {
        case .memory(let bytes):
            guard range.upperBound <= bytes.count else {
                throw .truncated(part: "data", expected: range.upperBound, found: bytes.count)
            }
            return (bytes, range)
        case .file(let shared): return (try shared.file.read(range), 0..<range.count)
        }
    }

    /// A range of the bytes.
    package func read(_ range: Range<Int>) throws(ModelFormatError) -> [UInt8] {
        let (bytes, range) = try window(range)
        return range == bytes.indices ? bytes : Array(bytes[range])
    }

    /// A tensor that is a part of the mapped file; nil when it has to be read.
    func borrowed(_ range: Range<Int>, dtype: DType, shape: Shape) -> Tensor? {
        guard case .file(let shared) = place, let base = unsafe shared.base, range.count >= Self.mappedByteCount,
            range.upperBound <= shared.file.byteCount
        else { return nil }
        let start = unsafe base + range.lowerBound
        if range.lowerBound.isMultiple(of: dtype.byteCount) {
            let storage = unsafe AlignedStorage(borrowing: start, byteCount: range.count, from: shared)
            return Tensor(dtype: dtype, shape: shape, storage: storage)
        }
        guard dtype == .float32 else { return nil }
        let floats = unsafe StridedFloats(
            plain: start, columns: shape.elementCount, channels: 1, taps: 1, owner: shared)
        return Tensor(shape: shape, scattered: [floats])
    }

    /// Fills all of `storage` with the bytes from `offset` on, without another copy between.
    func fill(_ storage: AlignedStorage, from offset: Int) throws(ModelFormatError) {
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount)
        switch place {
        case .memory(let bytes):
            guard offset <= bytes.count, storage.byteCount <= bytes.count - offset else {
                throw .truncated(part: "data", expected: storage.byteCount, found: bytes.count - offset)
            }
            unsafe bytes.withUnsafeBytes { source in
                unsafe buffer.copyMemory(from: .init(rebasing: source[offset..<(offset + storage.byteCount)]))
            }
        case .file(let shared): try unsafe shared.file.fill(buffer, from: offset)
        }
    }
}
