import Glibc
import ModelFormats

/// What the files of a directory are as far as their names, sizes, times and identities tell: two looks that are equal
/// had no change between them. Reads no file.
///
/// Hidden names and what Apus itself keeps beside versions do not count. Links count as what they lead to.
struct DirectoryFingerprint: Sendable, Equatable {
    /// Files Apus writes into a model's directory while it serves.
    private static let ownFiles: Set<String> = [LabelFile.fileName]
    /// Deepest directory that is looked into; also ends links that lead in circles.
    private static let maximumDepth = 8

    private let digest: Int

    /// Looks at a file or a directory.
    /// - Parameter paths: Absolute paths; one that is not there counts as such.
    init(_ paths: String...) {
        var hasher = Hasher()
        for path in paths { Self.add(path, to: &hasher, depth: 0) }
        digest = hasher.finalize()
    }

    private static func add(_ path: String, to hasher: inout Hasher, depth: Int) {
        var link = stat()
        var target = stat()
        guard unsafe lstat(path, &link) == 0 else { return hasher.combine(0) }
        hasher.combine(link.st_ino)
        guard unsafe stat(path, &target) == 0 else { return hasher.combine(1) }
        hasher.combine(target.st_ino)
        guard target.st_mode & S_IFMT == S_IFDIR else {
            hasher.combine(target.st_size)
            hasher.combine(target.st_mtim.tv_sec)
            hasher.combine(target.st_mtim.tv_nsec)
            return
        }
        guard depth < maximumDepth else { return }
        for name in (try? DirectoryListing.names(path)) ?? []
        where depth > 0 || !ownFiles.contains(name) {
            hasher.combine(name)
            add("\(path)/\(name)", to: &hasher, depth: depth + 1)
        }
    }
}
