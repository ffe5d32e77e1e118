import Glibc

/// A directory for the files of one command; one that nobody named goes with the object.
final class WorkDirectory: Sendable {
    /// Without a slash at the end.
    let path: String
    private let isTemporary: Bool

    /// - Parameter path: Made if it is not there; nil for one in the system's directory of temporary files.
    /// - Throws: `DaemonError.file`.
    init(_ path: String?) throws(DaemonError) {
        if let path {
            self.path = path
            isTemporary = false
            try Self.make(path)
            return
        }
        let parent = EnvironmentVariables.ofProcess()["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/apus-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .file(parent, reason: Files.reason(errno)) }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        isTemporary = true
    }

    deinit {
        if isTemporary { Files.removeTree(path) }
    }

    /// Makes a directory below.
    func makeDirectory(_ name: String) throws(DaemonError) { try Self.make("\(path)/\(name)") }

    private static func make(_ path: String) throws(DaemonError) {
        guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        throw .file(path, reason: Files.reason(errno))
    }
}
