import Glibc

/// What a worker writes to standard error, which is kept in its job's directory.
enum WorkerLog {
    /// The last lines of a file, as one line for a message; empty when there are none.
    static func tail(_ path: String, byteCount: Int = 400) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let start = max(0, size - byteCount)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, start) }
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        var lines = text.split { $0.isNewline }
        if start > 0, lines.count > 1 { lines.removeFirst() }
        return lines.suffix(4).joined(separator: " / ")
    }
}
