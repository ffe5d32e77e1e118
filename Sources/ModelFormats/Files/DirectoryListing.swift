import Glibc

/// The names in a directory.
enum DirectoryListing {
    /// The names of a directory's entries, sorted, without hidden ones; nil when `path` is not a directory.
    static func names(_ path: String) throws(ModelFormatError) -> [String]? {
        guard let directory = unsafe opendir(path) else {
            if errno == ENOTDIR { return nil }
            throw .unreadable(file: path.lastPathComponent, reason: unsafe String(cString: strerror(errno)))
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
