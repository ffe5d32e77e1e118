import Glibc
import ModelFormats

/// What the commands ask of the file system.
enum Files {
    /// Whether there is something at `path`; links are followed.
    static func exist(_ path: String) -> Bool { status(path) != nil }

    /// Whether `path` is a directory; links are followed.
    static func isDirectory(_ path: String) -> Bool {
        status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// Bytes of a regular file, or of the regular files directly in a directory.
    static func byteCount(_ path: String) -> Int {
        guard let status = status(path) else { return 0 }
        guard status.st_mode & S_IFMT == S_IFDIR else { return Int(status.st_size) }
        return names(path).reduce(0) { sum, name in
            guard let status = Self.status("\(path)/\(name)"), status.st_mode & S_IFMT == S_IFREG else { return sum }
            return sum + Int(status.st_size)
        }
    }

    /// The names in a directory, sorted, without hidden ones; none when it cannot be read.
    static func names(_ path: String) -> [String] { (try? DirectoryListing.names(path)) ?? [] }

    /// Why `path` cannot be listed as a directory; nil when it can.
    static func refusal(ofDirectory path: String) -> String? {
        guard let stream = unsafe opendir(path) else { return reason(errno) }
        unsafe closedir(stream)
        return nil
    }

    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}
