import Glibc

/// What a worker writes to standard error, which is kept in its job's directory.
enum WorkerLog {
    static let fileName = "worker.log"

    /// Bytes that are read of what one run has written.
    private static let readBytes = 64 << 10
    /// Longest text for a message. Characters.
    private static let shownCharacters = 400

    /// How long a log is. Bytes.
    static func size(_ path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// What a run has to say for itself, as one line for a message: the first fatal error, or else the last lines; empty
    /// when it has written nothing.
    /// - Parameters:
    ///   - path: The log.
    ///   - start: How long the log was before the run.
    /// - Returns: The text.
    static func summary(_ path: String, from start: Int) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: readBytes)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, start) }
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split { $0.isNewline }
        let fatal = lines.first { $0.contains("Fatal error") }
        let text = fatal.map(String.init) ?? lines.suffix(3).joined(separator: " / ")
        return String(text.prefix(shownCharacters))
    }
}
