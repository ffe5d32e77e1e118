import Glibc

/// A directory that is removed, with what the test wrote into it, when the object goes.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/apus-tests-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp fails with errno \(errno)")
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Writes a file and the directories above it.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        var directory = path
        for component in name.split(separator: "/").dropLast() {
            directory += "/\(component)"
            mkdir(directory, 0o755)
        }
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count, "cannot write \(name)")
        close(file)
        return "\(path)/\(name)"
    }

    @discardableResult
    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    /// The text of a file in here; empty when there is none.
    func text(_ name: String) -> String { PackageFiles.text("\(path)/\(name)") }

    /// Removes a file or a link, never what a link points to, or a directory with what is in it.
    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        guard let stream = opendir(path) else { return }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(stream)
        rmdir(path)
    }
}
