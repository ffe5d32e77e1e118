import Glibc
import TestSupport

/// A file system in memory, mounted at a directory as long as the object lives.
final class SmallDisk {
    private let directory = TemporaryDirectory()
    let path: String

    /// nil where mounting is not allowed.
    init?(megabytes: Int) {
        directory.makeDirectory("disk")
        path = directory.path + "/disk"
        guard mount("apus-test", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }
}
