import Glibc

/// A file that one process at a time holds locked; the system frees it when that process ends, however it does.
package final class LockFile: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    /// - Parameters:
    ///   - path: The file, which is made if it is not there, and stays.
    ///   - directory: What the lock is for; named in the error.
    /// - Throws: `JobError.locked` when another process has it, `.directory` when the file cannot be written.
    package init(path: String, directory: String) throws(JobError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw errno == ENOSPC ? .diskFull(path) : .directory(directory, reason: systemMessage(errno))
        }
        self.descriptor = descriptor
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw .directory(directory, reason: systemMessage(code)) }
            throw .locked(directory, holder: Self.holder(descriptor))
        }
        // For people and for the message above; the lock itself does not depend on it, nor on there being room for it.
        let note = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = unsafe note.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}
