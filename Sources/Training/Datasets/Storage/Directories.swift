import Glibc
import ModelFormats

/// Directories of the store.
enum Directories {
    /// Makes a directory; its parent must exist.
    static func make(_ path: String) throws(DatasetError) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .system(operation: "make", file: path.lastPathComponent, code: errno)
        }
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Gives a directory another name, which must be free.
    static func move(_ path: String, to target: String) throws(DatasetError) {
        guard unsafe rename(path, target) == 0 else {
            throw .system(operation: "move", file: target.lastPathComponent, code: errno)
        }
    }

    /// Waits until the disk has the names in a directory.
    static func synchronize(_ path: String) throws(DatasetError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .system(operation: "open", file: path.lastPathComponent, code: errno)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .system(operation: "write", file: path.lastPathComponent, code: errno)
        }
    }

    /// Removes a file or a link, never what a link points to, or a directory with all that is in it.
    static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in (try? names(path)) ?? [] { remove(path + "/" + name) }
        unsafe rmdir(path)
    }

    /// The names in a directory, sorted, hidden ones too.
    static func names(_ path: String) throws(DatasetError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw .system(operation: "open", file: path.lastPathComponent, code: errno)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether a path is a directory itself, not a link to one.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFDIR
    }
}
