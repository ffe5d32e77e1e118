import Tensors

/// The bytes of a file or of memory, of which pieces are read when they are wanted.
///
/// Files are read and not mapped: a mapped file that somebody cuts short kills the process that looks at it.
package struct ByteSource: Sendable {
    private enum Place: Sendable {
        case memory([UInt8])
        case file(SharedFile)
    }

    /// An open file with several users.
    private final class SharedFile: Sendable {
        let file: OpenFile

        init(_ file: consuming OpenFile) { self.file = file }
    }

    private let place: Place

    /// Bytes that are in memory already.
    package init(_ bytes: [UInt8]) { place = .memory(bytes) }

    /// Opens a file, which stays open as long as this value or a copy.
    /// - Throws: `.unreadable`, or `.tooLarge` beyond `limit` bytes.
    package init(path: String, limit: Int = FileBytes.maximumByteCount) throws(ModelFormatError) {
        let file = try OpenFile(path: path)
        guard file.byteCount <= limit else {
            throw .tooLarge(part: "file \(file.name.quoted)", byteCount: file.byteCount, limit: limit)
        }
        place = .file(SharedFile(file))
    }

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
