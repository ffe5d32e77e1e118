import Glibc

/// Makes a directory with its files, whole or not at all.
package enum DirectoryWriter {
    /// Writes the files into a hidden directory beside `path`, makes sure that they are on the disk, and gives it its
    /// name. Without success nothing is left.
    /// - Throws: `.unwritable`, also when there is something at `path`.
    package static func write(_ files: [String: [UInt8]], to path: String) throws(ModelFormatError) {
        let path = path.hasSuffix("/") ? String(path.dropLast()) : path
        let name = path.lastPathComponent
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let temporary = "\(parent.isEmpty ? "/" : parent)/.\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        guard unsafe mkdir(temporary, 0o755) == 0 else { throw failure(name) }
        do throws(ModelFormatError) {
            for (file, bytes) in files.sorted(by: { $0.key < $1.key }) {
                try writeFile(bytes, to: "\(temporary)/\(file)", name: file)
            }
            try synchronize(temporary, name: name)
            // Nothing but an empty directory that appears at this moment could be replaced.
            guard unsafe access(path, F_OK) != 0 else {
                throw .unwritable(file: name, reason: unsafe String(cString: strerror(EEXIST)))
            }
            guard unsafe rename(temporary, path) == 0 else { throw failure(name) }
        } catch {
            for file in files.keys { unsafe unlink("\(temporary)/\(file)") }
            unsafe rmdir(temporary)
            throw error
        }
        try synchronize(parent.isEmpty ? "/" : parent, name: name)
    }

    /// Writes a new file and waits until it is on the disk.
    static func writeFile(_ bytes: [UInt8], to path: String, name: String) throws(ModelFormatError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure(name) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress?.advanced(by: written), min(bytes.count - written, 1 << 30))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(name) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure(name) }
    }

    /// Waits until a directory's entries are on the disk.
    static func synchronize(_ path: String, name: String) throws(ModelFormatError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(name) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(name) }
    }

    /// The error of the last call.
    private static func failure(_ name: String) -> ModelFormatError {
        .unwritable(file: name, reason: unsafe String(cString: strerror(errno)))
    }
}
