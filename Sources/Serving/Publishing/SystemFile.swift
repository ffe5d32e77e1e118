import Glibc

/// The calls that change the file system, once each: EINTR is retried, errno becomes an error at once.
///
/// `name` is what messages call the file; it shows nothing of the machine's paths.
enum SystemFile {
    /// Makes what was written to a file or a directory last.
    static func synchronize(_ path: String, name: String) throws(ServingError) {
        let descriptor = try call(name) { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        defer { close(descriptor) }
        _ = try call(name) { fsync(descriptor) }
    }

    /// Makes a directory; it may be there already when `isNew` is false.
    static func makeDirectory(_ path: String, name: String, isNew: Bool = true) throws(ServingError) {
        guard unsafe mkdir(path, 0o755) != 0, isNew || errno != EEXIST else { return }
        throw .file(name, reason: reason(errno))
    }

    /// Writes a new file that lasts; one of that name is replaced in place.
    static func write(_ bytes: [UInt8], to path: String, name: String) throws(ServingError) {
        let descriptor = try call(name) {
            unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        }
        defer { close(descriptor) }
        let failure = unsafe bytes.withUnsafeBytes { unsafe write($0, to: descriptor) }
        guard failure == 0 else { throw .file(name, reason: reason(failure)) }
        _ = try call(name) { fsync(descriptor) }
    }

    /// Copies a regular file to a new one with the same permissions, which lasts.
    static func copy(_ source: String, to target: String, name: String) throws(ServingError) {
        let input = try call(name) { unsafe open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        defer { close(input) }
        var status = stat()
        _ = try call(name) { unsafe fstat(input, &status) }
        let output = try call(name) {
            unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0o777)
        }
        defer { close(output) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = unsafe read(input, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .file(name, reason: reason(errno)) }
            if count == 0 { break }
            let failure = unsafe write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: output)
            guard failure == 0 else { throw .file(name, reason: reason(failure)) }
        }
        _ = try call(name) { fsync(output) }
    }

    /// What became of a rename.
    enum Renaming {
        case done
        /// The two places are on different devices; nothing changed.
        case otherDevice
    }

    /// rename(2): replaces a file, but no directory that has something in it.
    static func rename(_ source: String, to target: String, name: String) throws(ServingError) -> Renaming {
        if unsafe Glibc.rename(source, target) == 0 { return .done }
        if errno == EXDEV { return .otherDevice }
        throw .file(name, reason: reason(errno))
    }

    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

    /// Repeats a call until a signal does not interrupt it.
    static func call(_ name: String, _ body: () -> Int32) throws(ServingError) -> Int32 {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR { throw .file(name, reason: reason(errno)) }
        }
    }

    /// Writes all bytes.
    /// - Returns: 0, or an errno.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            offset += count
        }
        return 0
    }
}
