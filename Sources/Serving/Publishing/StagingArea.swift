import Glibc

/// The hidden directory in the models directory where what is published is put together before one rename shows it.
///
/// Whoever uses it holds a shared lock, so that nobody sweeps away what a publisher, of this process or another one,
/// is working on. What a crash left behind has no lock.
struct StagingArea: ~Copyable {
    private static let directoryName = ".staging"

    let path: String
    private let descriptor: Int32

    /// - Parameter root: The models directory.
    /// - Throws: `ServingError.file`, such as for a read-only file system.
    init(in root: Directory) throws(ServingError) {
        let path = "\(root.path)/\(Self.directoryName)"
        try SystemFile.makeDirectory(path, name: Self.directoryName, isNew: false)
        let descriptor = try SystemFile.call(Self.directoryName) {
            unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        do throws(ServingError) {
            _ = try SystemFile.call(Self.directoryName) { flock(descriptor, LOCK_SH) }
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The path of a directory that nobody uses, not made yet.
    func newPath() -> String { "\(path)/\(getpid())-\(UInt64.random(in: 0 ... .max))" }

    /// Removes what crashed publishers left in a models directory; does nothing while one is at work.
    static func sweep(_ root: Directory) {
        let path = "\(root.path)/\(directoryName)"
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, let tree = try? FileTree(path: path, name: directoryName)
        else { return }
        for directory in tree.directories where !directory.contains("/") {
            try? FileTree(path: "\(path)/\(directory)", name: directory).remove()
        }
    }
}
