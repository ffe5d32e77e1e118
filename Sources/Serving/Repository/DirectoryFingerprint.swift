import Glibc
import ModelFormats

/// What the files of a directory are as far as their names, sizes, times and identities tell: two looks that are equal
/// had no change between them. Reads no file.
///
/// Hidden names and what Apus itself keeps beside versions do not count. Links count as what they lead to, as far as that
/// is in the repository.
struct DirectoryFingerprint: Sendable, Equatable {
    /// Files Apus writes into a model's directory while it serves.
    private static let ownFiles: Set<String> = [LabelFile.fileName]
    /// Deepest directory that is looked into.
    private static let maximumDepth = 8
    /// Why a directory or a file cannot be read now and soon may be.
    private static let passingFailures: Set<Int32> = [EMFILE, ENFILE, ENOMEM, EIO, EINTR, ESTALE, ETIMEDOUT]

    private let digest: Int
    /// Whether something could not be looked at for a reason that may pass, such as too many open files.
    let isUncertain: Bool

    /// Whether something was refused for a reason that may pass without a change on disk, such as too many open files.
    /// - Parameter reason: Ends with the system's words.
    /// - Returns: false for everything that lies in what is on disk.
    static func mayPass(_ reason: String) -> Bool {
        passingFailures.contains { reason.hasSuffix(SystemFile.reason($0)) }
    }

    /// A look that goes on.
    private struct Look {
        let repository: Directory
        var hasher = Hasher()
        var isUncertain = false
        /// Directories that were looked into, which links may lead to again and again.
        var seen: Set<[UInt64]> = []
    }

    /// Looks at a file or a directory.
    /// - Parameters:
    ///   - paths: Absolute paths; one that is not there counts as such.
    ///   - repository: Links that lead out of it are not followed.
    init(_ paths: String..., in repository: Directory) {
        var look = Look(repository: repository)
        for path in paths { Self.add(path, to: &look, depth: 0) }
        digest = look.hasher.finalize()
        isUncertain = look.isUncertain
    }

    private static func add(_ path: String, to look: inout Look, depth: Int) {
        var link = stat()
        var target = stat()
        guard unsafe lstat(path, &link) == 0 else { return look.hasher.combine(0) }
        look.hasher.combine(link.st_ino)
        guard unsafe stat(path, &target) == 0 else { return look.hasher.combine(1) }
        look.hasher.combine(target.st_ino)
        guard target.st_mode & S_IFMT == S_IFDIR else {
            look.hasher.combine(target.st_size)
            // Whoever writes in place may set the time of the contents back, but not that of the change.
            for time in [target.st_mtim, target.st_ctim] {
                look.hasher.combine(time.tv_sec)
                look.hasher.combine(time.tv_nsec)
            }
            return
        }
        let isLink = link.st_mode & S_IFMT == S_IFLNK
        guard depth < maximumDepth, look.seen.insert([UInt64(target.st_dev), UInt64(target.st_ino)]).inserted,
            !isLink || look.repository.contains(path)
        else { return }
        addEntries(of: path, to: &look, depth: depth)
    }

    private static func addEntries(of path: String, to look: inout Look, depth: Int) {
        let names: [String]
        do {
            names = try DirectoryListing.names(path)
        } catch {
            look.isUncertain = look.isUncertain || passingFailures.contains(error.code)
            return look.hasher.combine(2)
        }
        for name in names where depth > 0 || !ownFiles.contains(name) {
            look.hasher.combine(name)
            add("\(path)/\(name)", to: &look, depth: depth + 1)
        }
    }
}
