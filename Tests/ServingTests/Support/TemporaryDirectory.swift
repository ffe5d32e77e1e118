import Glibc

/// A directory that goes away with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/apus-serving-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? ""
        precondition(!path.isEmpty, "no temporary directory")
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        var status = stat()
        lstat(path, &status)
        if status.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { removeAll("\(path)/\(name)") }
            }
            closedir(stream)
        }
        remove(path)
    }

    /// Writes a file and the directories above it.
    func write(_ bytes: [UInt8], to file: String) {
        var directory = path
        for part in file.split(separator: "/").dropLast() {
            directory += "/\(part)"
            mkdir(directory, 0o755)
        }
        let descriptor = open("\(path)/\(file)", O_CREAT | O_WRONLY | O_TRUNC, 0o644)
        precondition(descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "cannot write")
        close(descriptor)
    }

    func write(_ text: String, to file: String) { write(Array(text.utf8), to: file) }

    func makeDirectory(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }
}
