import Glibc
import JSON
import ModelFormats

/// A directory of the model repository or of a bundle. Nothing is read through it that lies outside, wherever links
/// point.
struct Directory: Sendable {
    /// The repository's directory with all links resolved.
    private let root: String
    /// This directory with all links resolved; `root` or below.
    let path: String
    /// The path from the repository on, for messages.
    let relativePath: String

    /// The repository itself, or a bundle that is to be published, which messages call `name`.
    /// - Throws: `ServingError.file`.
    init(root path: String, name: String? = nil) throws(ServingError) {
        guard let resolved = Self.resolve(path) else { throw .file(name ?? path, reason: Self.reason(errno)) }
        root = resolved
        self.path = resolved
        relativePath = ""
        guard Self.status(resolved)?.isDirectory == true else {
            throw .file(name ?? path, reason: "is not a directory")
        }
    }

    private init(root: String, path: String, relativePath: String) {
        self.root = root
        self.path = path
        self.relativePath = relativePath
    }

    /// Names of files and directories in here, sorted, without those that start with a dot.
    /// - Throws: `ServingError.file`.
    func names() throws(ServingError) -> [String] {
        do { return try DirectoryListing.names(path) } catch { throw .file(relativePath, reason: error.reason) }
    }

    /// Whether there is a directory of that name.
    func hasDirectory(_ name: String) -> Bool { Self.status("\(path)/\(name)")?.isDirectory == true }

    /// Whether there is a regular file of that name.
    func hasFile(_ name: String) -> Bool { Self.status("\(path)/\(name)")?.isFile == true }

    /// Why it cannot be told now whether there is something of that name, such as for lack of permission; nil when it can.
    func trouble(finding name: String) -> ServingError? {
        var status = stat()
        guard unsafe stat("\(path)/\(name)", &status) != 0, ![ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(errno)
        else {
            return nil
        }
        return .file(relative(name), reason: Self.reason(errno))
    }

    /// Whether an absolute path leads to something below the repository's own directory, with all links resolved.
    func contains(_ path: String) -> Bool { Self.resolve(path).map { Self.isBelow(root, $0) } ?? false }

    /// A directory in this one.
    /// - Throws: `ServingError.file` when a link leads out of the repository.
    func directory(_ name: String) throws(ServingError) -> Directory { try uncheckedDirectory(name).checked() }

    /// A directory in this one that may lie elsewhere: files that are read through it are refused then, one by one. Its
    /// path is for nobody before it is `checked`.
    func uncheckedDirectory(_ name: String) -> Directory {
        Directory(root: root, path: "\(path)/\(name)", relativePath: relative(name))
    }

    /// This directory.
    /// - Throws: `ServingError.file` when a link leads out of the repository.
    func checked() throws(ServingError) -> Directory {
        if path == root { return self }
        return Directory(
            root: root, path: try Self.resolved(path, in: root, name: relativePath), relativePath: relativePath)
    }

    /// The path of something in here, with all links resolved.
    /// - Throws: `ServingError.file` when a link leads out of the repository.
    func resolved(_ name: String) throws(ServingError) -> String {
        try Self.resolved("\(path)/\(name)", in: root, name: relative(name))
    }

    private static func resolved(_ path: String, in root: String, name: String) throws(ServingError) -> String {
        guard let resolved = resolve(path) else { throw .file(name, reason: reason(errno)) }
        guard isBelow(root, resolved) else {
            throw .file(name, reason: "links to a place outside of the model repository")
        }
        return resolved
    }

    private static func isBelow(_ root: String, _ path: String) -> Bool {
        path.hasPrefix(root == "/" ? "/" : root + "/")
    }

    /// The text of a file; nil when there is none.
    /// - Throws: `ServingError.file` when it cannot be read, is no UTF-8, or has more than `limit` bytes.
    func text(of name: String, limit: Int) throws(ServingError) -> String? {
        guard Self.status("\(path)/\(name)") != nil else { return nil }
        let resolved = try resolved(name)
        guard let status = Self.status(resolved), status.isFile else {
            throw .file(relative(name), reason: "is not a regular file")
        }
        guard status.byteCount <= limit else {
            throw .file(relative(name), reason: "expected at most \(limit) bytes, got \(status.byteCount)")
        }
        guard let bytes = Self.read(resolved, byteCount: status.byteCount) else {
            throw .file(relative(name), reason: Self.reason(errno))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .file(relative(name), reason: "is not UTF-8 text")
        }
        return text
    }

    /// The JSON document in a file; nil when there is none.
    /// - Throws: `ServingError.file`; what is wrong with the document is in its reason.
    func json(of name: String, limit: Int) throws(ServingError) -> JSONValue? {
        guard let text = try text(of: name, limit: limit) else { return nil }
        do { return try JSONValue(parsing: text) } catch { throw .file(relative(name), reason: "\(error)") }
    }

    /// Bytes of all files directly in here.
    var byteCount: Int {
        ((try? names()) ?? []).reduce(0) { sum, name in
            guard let status = Self.status("\(path)/\(name)"), status.isFile else { return sum }
            return sum + status.byteCount
        }
    }

    private func relative(_ name: String) -> String { relativePath.isEmpty ? name : "\(relativePath)/\(name)" }

    private struct Status {
        let isDirectory: Bool
        let isFile: Bool
        let byteCount: Int
    }

    private static func status(_ path: String) -> Status? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        return Status(isDirectory: kind == S_IFDIR, isFile: kind == S_IFREG, byteCount: Int(status.st_size))
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func read(_ path: String, byteCount: Int) -> [UInt8]? {
        guard let file = unsafe fopen(path, "rbe") else { return nil }
        defer { unsafe fclose(file) }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = unsafe fread(buffer.baseAddress, 1, byteCount, file)
        }
    }
}
