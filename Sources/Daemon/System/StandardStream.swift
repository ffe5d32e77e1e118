import Glibc

/// Standard output and standard error, without a buffer: one call of write(2) for each text, if the system allows.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes everything, which is what was asked for.
    /// - Throws: `DaemonError.output`.
    package func write(_ bytes: [UInt8]) throws(DaemonError) {
        if let code = refusal(of: bytes) { throw .output(reason: Files.reason(code)) }
    }

    /// Writes the UTF-8 of a text, which is what was asked for.
    /// - Throws: `DaemonError.output`.
    package func write(_ text: String) throws(DaemonError) { try write(Array(text.utf8)) }

    /// Writes the UTF-8 of a remark, or as much of it as the other side takes.
    package func remark(_ text: String) { _ = refusal(of: Array(text.utf8)) }

    /// Writes bytes.
    /// - Returns: The error number when not all could be written.
    private func refusal(of bytes: [UInt8]) -> Int32? {
        var written = 0
        return unsafe bytes.withUnsafeBytes { buffer in
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = unsafe Glibc.write(rawValue, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return errno }
                written += count
            }
            return nil
        }
    }
}
