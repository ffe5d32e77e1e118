import Glibc
import JSON

/// The directory that holds what the daemon keeps: jobs, datasets and the database; one process at a time has it.
package final class DataDirectory: Sendable {
    /// Without a slash at the end.
    package let path: String
    private let lock: LockFile

    /// Makes the directory if it is not there, and takes it.
    /// - Throws: `JobError.directory` or `.locked`.
    package init(path: String) throws(JobError) {
        self.path = path
        try Self.make(path)
        lock = try LockFile(path: path + "/lock", directory: path)
        try Self.make(path + "/jobs")
        reserve()
    }

    /// Bytes that are set aside, so that there is room for saying that there is none.
    private static let reservedBytes = 256 << 10
    private var reservePath: String { path + "/reserve" }

    /// Sets room aside if there is some and that has not been done.
    private func reserve() {
        let descriptor = unsafe open(reservePath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.reservedBytes)) != 0 { releaseReserve() }
    }

    /// Gives the room back that was set aside: the database is to have it.
    func releaseReserve() { unsafe unlink(reservePath) }

    /// The database of jobs.
    package var databasePath: String { path + "/apus.sqlite" }

    /// Where the datasets are.
    package var datasets: String { path + "/datasets" }

    /// What belongs to one job.
    package func job(_ id: String) -> String { path + "/jobs/" + id }

    /// Makes the directory of a job and writes its request there, so that all of it or nothing is there after a crash.
    func prepare(_ job: Job) throws(JobError) {
        reserve()
        let directory = self.job(job.id)
        try Self.make(directory)
        try Self.write(job.request.bytes, to: directory + "/request.json")
    }

    /// Removes the files of a job that has ended for good, as far as that is possible.
    func discard(_ id: String) { Self.remove(job(id)) }

    /// Removes the checkpoints of a job that will not go on, whole or not, and keeps what it has said and made.
    func discardCheckpoints(_ id: String) {
        for name in Self.names(job(id)) where name.hasPrefix("checkpoint") || name.hasPrefix(".checkpoint") {
            Self.remove("\(job(id))/\(name)")
        }
    }

    /// Removes a file, or a directory with what is in it; never what a link points to.
    private static func remove(_ path: String) {
        guard unsafe unlink(path) != 0 else { return }
        for name in names(path) { remove("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    private static func names(_ path: String) -> [String] {
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

    /// Makes a directory and those it is in, as mkdir -p does.
    private static func make(_ path: String) throws(JobError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(prefix, 0o755) != 0, errno != EEXIST else { continue }
            let code = errno
            var status = stat()
            // A directory that is there may lie on a file system that takes no new ones.
            if unsafe stat(prefix, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
            throw code == ENOSPC ? .diskFull(prefix) : .directory(prefix, reason: systemMessage(code))
        }
    }

    /// Writes a file beside its place and renames it.
    private static func write(_ bytes: [UInt8], to path: String) throws(JobError) {
        func fail(_ code: Int32) -> JobError {
            code == ENOSPC ? .diskFull(path) : .directory(path, reason: systemMessage(code))
        }
        let temporary = path + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw fail(errno) }
        var written = 0
        var code: Int32 = 0
        while written < bytes.count, code == 0 {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 { written += count } else if errno != EINTR { code = errno }
        }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        if code == 0, unsafe rename(temporary, path) != 0 { code = errno }
        guard code == 0 else {
            unsafe unlink(temporary)
            throw fail(code)
        }
    }
}

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
