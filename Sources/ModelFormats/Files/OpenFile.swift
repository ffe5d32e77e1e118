import Glibc

/// A regular file that is open for reading; closed with the value.
package struct OpenFile: ~Copyable, Sendable {
    /// The last component of the path, for messages.
    package let name: String
    /// Bytes, when it was opened.
    package let byteCount: Int
    private let descriptor: Int32

    /// Opens a file; links are followed.
    package init(path: String) throws(ModelFormatError) {
        try self.init(at: AT_FDCWD, path, name: path.lastPathComponent, flags: 0)
    }

    /// Opens a file below a directory by a relative path that must not leave it: no `..`, no symbolic link.
    package init(directory: String, relativePath: String) throws(ModelFormatError) {
        let components = relativePath.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = components.last, !components.contains(where: { ["", ".", ".."].contains($0) }),
            !relativePath.utf8.contains(0)
        else {
            throw .malformed(
                part: "external data location", expected: "a relative path inside the model's directory",
                found: relativePath.quoted)
        }
        var parent = try Directory(at: AT_FDCWD, directory, flags: 0)
        for component in components.dropLast() {
            parent = try Directory(at: parent.descriptor, String(component), flags: O_NOFOLLOW)
        }
        try self.init(at: parent.descriptor, String(last), name: String(last), flags: O_NOFOLLOW)
    }

    private init(at parent: Int32, _ path: String, name: String, flags: Int32) throws(ModelFormatError) {
        // Not blocking, so that a named pipe cannot hold the reader up before it is found out.
        let descriptor = try Self.open(at: parent, path, name: name, flags: O_NONBLOCK | flags)
        var status = stat()
        let failed = unsafe fstat(descriptor, &status) != 0
        let reason = failed ? Self.reason(errno) : (status.st_mode & S_IFMT) != S_IFREG ? "not a regular file" : nil
        if let reason {
            close(descriptor)
            throw .unreadable(file: name, reason: reason)
        }
        self.name = name
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads a range of the file, which must lie inside it.
    package func read(_ range: Range<Int>) throws(ModelFormatError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else {
            throw .truncated(part: "file \(name.quoted)", expected: range.upperBound, found: byteCount)
        }
        var failure: ModelFormatError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(ModelFormatError) {
                try unsafe fill(
                    .init(UnsafeMutableBufferPointer(rebasing: buffer[..<range.count])), from: range.lowerBound)
                count = range.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Fills all of `buffer` with the bytes from `offset` on.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws(ModelFormatError) {
        guard offset >= 0, offset <= byteCount, buffer.count <= byteCount - offset else {
            throw .truncated(
                part: "file \(name.quoted)", expected: buffer.count, found: max(byteCount - offset, 0))
        }
        var count = 0
        while count < buffer.count {
            let wanted = min(buffer.count - count, 1 << 30)
            let got = unsafe pread(descriptor, buffer.baseAddress?.advanced(by: count), wanted, offset + count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .unreadable(file: name, reason: Self.reason(errno)) }
            guard got > 0 else {
                throw .truncated(part: "file \(name.quoted)", expected: buffer.count, found: count)
            }
            count += got
        }
    }

    /// The address space of a file that nobody can cut short meanwhile; nil when the system does not grant that.
    ///
    /// A process that looks at a mapped byte which is no longer in the file is killed. So the file is mapped under a lease
    /// (fcntl(2), F_SETLEASE): whoever opens it for writing waits until it is closed here, up to the system's limit of 45
    /// seconds. Its signal is set to SIGURG, which is ignored unless somebody wants it.
    func mapped() -> UnsafeRawPointer? {
        let (setLease, setSignal): (Int32, Int32) = (1024, 10)
        guard byteCount > 0, fcntl(descriptor, setSignal, SIGURG) == 0,
            fcntl(descriptor, setLease, Int32(F_RDLCK)) == 0
        else { return nil }
        var status = stat()
        // It may have been cut between opening and the lease.
        guard unsafe fstat(descriptor, &status) == 0, Int(status.st_size) >= byteCount else { return nil }
        guard let base = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), unsafe base != MAP_FAILED
        else { return nil }
        return UnsafeRawPointer(base)
    }

    /// A directory that is open so that files in it can be opened.
    private struct Directory: ~Copyable {
        let descriptor: Int32

        init(at parent: Int32, _ path: String, flags: Int32) throws(ModelFormatError) {
            descriptor = try OpenFile.open(at: parent, path, name: path.lastPathComponent, flags: O_DIRECTORY | flags)
        }

        deinit { close(descriptor) }
    }

    private static func open(at parent: Int32, _ path: String, name: String, flags: Int32) throws(ModelFormatError)
        -> Int32
    {
        while true {
            let descriptor = unsafe openat(parent, path, O_RDONLY | O_CLOEXEC | flags)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw .unreadable(file: name, reason: reason(errno)) }
        }
    }

    private static func reason(_ code: Int32) -> String {
        if code == ELOOP { return "it is reached by a symbolic link" }
        return unsafe String(cString: strerror(code))
    }
}

extension String {
    /// What follows the last slash, for messages and names.
    package var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }

    /// What follows the last point of the last component, in lower case; empty without one.
    package var fileExtension: String {
        let name = lastPathComponent
        return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// The directory a path names something in: all up to the last slash, or the current one.
    package var directoryPath: String { lastIndex(of: "/").map { String(self[...$0]) } ?? "." }
}
