import Glibc

/// A folder that is removed with the object.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() {
        let template = Array("/tmp/apus-test-XXXXXX".utf8CString)
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

    /// Writes a file, and the folders it is in.
    package func write(_ bytes: [UInt8], to name: String) {
        makeDirectory(name.split(separator: "/").dropLast().joined(separator: "/"))
        let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "cannot write \(name): \(errno)")
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            precondition(count > 0, "cannot write \(name): \(errno)")
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }

    package func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else {
            unlink(path)
            return
        }
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

/// The bytes of a file; empty when it cannot be read.
package func contents(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}
