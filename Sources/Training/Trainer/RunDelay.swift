import Glibc

/// How long the calling thread has been ready to run while others had the processors (schedstat in proc(5), which needs
/// a kernel that counts it).
struct RunDelay: ~Copyable {
    private let descriptor: Int32

    init() { descriptor = unsafe open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Seconds since the thread began; 0 where the kernel does not count them.
    var seconds: Double {
        // Nanoseconds on a processor, nanoseconds waiting for one, time slices.
        var buffer = [UInt8](repeating: 0, count: 80)
        let count = unsafe pread(descriptor, &buffer, buffer.count, 0)
        let fields = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Double(fields[1]) ?? 0) / 1e9 : 0
    }
}
