import Glibc
import ModelFormats

/// A file of a stored dataset, read at any place by any thread. Reading and not mapping keeps a training process within
/// its memory limit, however large the file is.
final class StoredFile: Sendable {
    let byteCount: Int
    private let name: String
    private let descriptor: Int32

    init(path: String) throws(DatasetError) {
        name = path.lastPathComponent
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system(operation: "open", file: name, code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, (status.st_mode & S_IFMT) == S_IFREG else {
            close(descriptor)
            throw .system(operation: "open", file: name, code: EINVAL)
        }
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `target` with the bytes from `offset` on.
    func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(DatasetError) {
        var done = 0
        while done < target.count {
            let count = unsafe pread(
                descriptor, target.baseAddress?.advanced(by: done), target.count - done, offset + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(operation: "read", file: name, code: count < 0 ? errno : EIO) }
            done += count
        }
    }

    /// `count` little-endian values from the `index`-th on.
    func values<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, from index: Int, count: Int
    ) throws(DatasetError) -> [Value] {
        let size = MemoryLayout<Value>.size
        var values = [Value](repeating: 0, count: count)
        try unsafe values.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
            try unsafe read(at: index * size, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return values.map { Value(littleEndian: $0) }
    }
}
