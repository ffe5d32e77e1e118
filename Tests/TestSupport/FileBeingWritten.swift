import Glibc

/// A file that stays open between two writes, as that of a slow copy.
package final class FileBeingWritten: Sendable {
    private let descriptor: Int32

    init(path: String) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "cannot write \(path): \(errno)")
    }

    package func write(_ text: String) { _ = Glibc.write(descriptor, text, text.utf8.count) }

    /// Call once.
    package func close() { Glibc.close(descriptor) }
}
