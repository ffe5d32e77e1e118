import Glibc

/// A folder that is removed with the object.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Parameter parent: Where to make it.
    package init(in parent: String = "/tmp") {
        let template = Array("\(parent)/apus-test-XXXXXX".utf8CString)
        path = template.withUnsafeBufferPointer { buffer in
            var name = Array(buffer)
            guard let made = mkdtemp(&name) else { preconditionFailure("mkdtemp failed: \(errno)") }
            return String(cString: made)
        }
    }

    deinit { Self.remove(path) }

    /// Makes the folders down to `name`.
    package func makeDirectory(_ name: String) {
        var folder = path
        for part in name.split(separator: "/") {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
    }

    /// Writes a file, and the folders it is in, and returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) -> String {
        makeDirectory(name.split(separator: "/").dropLast().joined(separator: "/"))
        let descriptor = Glibc.open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "cannot write \(name): \(errno)")
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            precondition(count > 0, "cannot write \(name): \(errno)")
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        return path + "/" + name
    }

    @discardableResult
    package func write(_ text: String, to name: String) -> String { write(Array(text.utf8), to: name) }

    /// Makes a symbolic link.
    package func link(_ name: String, to target: String) { symlink(target, path + "/" + name) }

    /// Sets when a file was read and written last, in seconds since 1970.
    package func setTime(of name: String, to seconds: Int) {
        let times = [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)]
        utimes(path + "/" + name, times)
    }

    /// Whether there is something of that name.
    package func has(_ name: String) -> Bool { access(path + "/" + name, F_OK) == 0 }

    /// Removes a file, or a folder with what is in it.
    package func remove(_ name: String) { Self.remove(path + "/" + name) }

    /// Gives a file or a folder another name.
    package func rename(_ name: String, to new: String) { Glibc.rename(path + "/" + name, path + "/" + new) }

    /// A new file that is written bit by bit.
    package func open(_ name: String) -> FileBeingWritten { FileBeingWritten(path: path + "/" + name) }

    package func makePipe(_ name: String) { mkfifo(path + "/" + name, 0o600) }

    /// Removes a file or a link, never what a link points to, or a folder with what is in it.
    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(folder)
        rmdir(path)
    }
}
