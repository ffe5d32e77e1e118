import Glibc
import ModelFormats

/// Writes a new file front to back through a buffer.
final class FileWriter {
    private static let bufferByteCount = 1 << 20

    private let descriptor: Int32
    private let name: String
    private var buffer: [UInt8] = []
    /// Bytes so far.
    private(set) var byteCount = 0

    /// Makes a file that must not exist.
    init(path: String) throws(DatasetError) {
        name = path.lastPathComponent
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(operation: "make", file: name, code: errno) }
        buffer.reserveCapacity(Self.bufferByteCount)
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
        if buffer.count + bytes.count > Self.bufferByteCount { try flush() }
        byteCount += bytes.count
        if bytes.count > Self.bufferByteCount {
            try unsafe write(through: bytes)
        } else {
            unsafe buffer.append(contentsOf: bytes)
        }
    }

    func write(_ bytes: [UInt8]) throws(DatasetError) {
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(DatasetError) in
            try unsafe write(UnsafeRawBufferPointer(buffer))
        }
    }

    func write(_ value: UInt64) throws(DatasetError) {
        try unsafe withUnsafeBytes(of: value.littleEndian) { buffer throws(DatasetError) in try unsafe write(buffer) }
    }

    func write(_ value: UInt32) throws(DatasetError) {
        try unsafe withUnsafeBytes(of: value.littleEndian) { buffer throws(DatasetError) in try unsafe write(buffer) }
    }

    /// Writes out what is buffered and waits until the disk has it.
    func finish() throws(DatasetError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw .system(operation: "write", file: name, code: errno) }
    }

    private func flush() throws(DatasetError) {
        try unsafe buffer.withUnsafeBufferPointer { bytes throws(DatasetError) in
            try unsafe write(through: UnsafeRawBufferPointer(bytes))
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(through bytes: UnsafeRawBufferPointer) throws(DatasetError) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(operation: "write", file: name, code: errno) }
            offset += count
        }
    }
}
