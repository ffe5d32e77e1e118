import Glibc

/// Why a file or a directory cannot be moved.
struct FileMoveError: Error {
    let reason: String
}

extension Files {
    /// Moves a directory to a place where nothing is.
    static func move(_ path: String, to target: String) throws(FileMoveError) {
        guard !exist(target) else { throw FileMoveError(reason: "is there already") }
        if unsafe rename(path, target) == 0 { return }
        guard errno == EXDEV else { throw FileMoveError(reason: reason(errno)) }
        try copyTree(path, to: target)
        removeTree(path)
    }

    /// Removes a directory with all that is in it, as far as that is possible; links are removed, not followed.
    static func removeTree(_ path: String) {
        guard unsafe unlink(path) != 0 else { return }
        for name in allNames(path) { removeTree("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    /// Copies a directory of regular files and directories.
    private static func copyTree(_ path: String, to target: String) throws(FileMoveError) {
        guard unsafe mkdir(target, 0o755) == 0 else { throw FileMoveError(reason: reason(errno)) }
        for name in allNames(path) {
            let (source, copy) = ("\(path)/\(name)", "\(target)/\(name)")
            if isDirectory(source) {
                try copyTree(source, to: copy)
            } else {
                try copyFile(source, to: copy)
            }
        }
    }

    private static func copyFile(_ path: String, to target: String) throws(FileMoveError) {
        let bytes: [UInt8]
        do { bytes = try Files.bytes(of: path, limit: .max) } catch { throw FileMoveError(reason: error.reason) }
        let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileMoveError(reason: reason(errno)) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileMoveError(reason: reason(errno)) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw FileMoveError(reason: reason(errno)) }
    }

    /// The names in a directory, hidden ones too.
    private static func allNames(_ path: String) -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
