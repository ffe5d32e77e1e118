import CSystem
import Glibc

/// A connection that gives up when its time is over.
struct ProbeSocket: ~Copyable {
    private let url: HealthURL
    private let descriptor: Int32
    private let deadline: ContinuousClock.Instant

    private init(_ url: HealthURL, descriptor: Int32, deadline: ContinuousClock.Instant) {
        self.url = url
        self.descriptor = descriptor
        self.deadline = deadline
    }

    /// Connects.
    /// - Throws: `DaemonError.usage` for a host that is no address, `.noAnswer`.
    static func connected(to url: HealthURL, timeout: Duration) throws(DaemonError) -> ProbeSocket {
        var length: socklen_t = 0
        var address = try address(of: url, length: &length)
        let descriptor = csystem_socket(Int32(address.ss_family))
        guard descriptor >= 0 else { throw .noAnswer(url: url.description, reason: Files.reason(errno)) }
        let socket = ProbeSocket(url, descriptor: descriptor, deadline: .now + timeout)
        let result = unsafe withUnsafePointer(to: &address) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, length) }
        }
        if result != 0 {
            guard errno == EINPROGRESS else { throw socket.failure(errno) }
            try socket.wait(for: POLLOUT)
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { throw socket.failure(code) }
        }
        return socket
    }

    private static func address(of url: HealthURL, length: inout socklen_t) throws(DaemonError) -> sockaddr_storage {
        let literal = url.host == "localhost" ? "127.0.0.1" : url.host
        var ipv4 = in_addr()
        var ipv6 = in6_addr()
        if unsafe inet_pton(AF_INET, literal, &ipv4) == 1 { return unsafe csystem_ipv4(&ipv4, url.port, &length) }
        if unsafe inet_pton(AF_INET6, literal, &ipv6) == 1 { return unsafe csystem_ipv6(&ipv6, url.port, &length) }
        throw .usage("--url: expected an IPv4 or IPv6 address or localhost as the host, got \(url.host.inQuotes)")
    }

    deinit { close(descriptor) }

    /// The descriptor's number, for those who wait for several of them.
    var number: Int32 { descriptor }

    /// Sends everything.
    func send(_ bytes: [UInt8]) throws(DaemonError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                return unsafe csystem_send(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 { sent += count } else { try pause(errno, POLLOUT) }
        }
    }

    /// Receives until the other side closes; what is over `limit` is not read.
    func receiveAll(limit: Int) throws(DaemonError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count == 0 { break }
            if count > 0 { bytes += chunk[..<count] } else { try pause(errno, POLLIN) }
        }
        return bytes
    }

    /// Waits when a call has nothing to do yet, else throws its error.
    private func pause(_ code: Int32, _ event: Int32) throws(DaemonError) {
        guard code == EAGAIN || code == EINTR else { throw failure(code) }
        if code == EAGAIN { try wait(for: event) }
    }

    private func wait(for event: Int32) throws(DaemonError) {
        while true {
            let (seconds, attoseconds) = (deadline - .now).components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .noAnswer(url: url.description, reason: "no answer in time") }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let count = unsafe poll(&entry, 1, Int32(clamping: milliseconds))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw failure(errno) }
        }
    }

    private func failure(_ code: Int32) -> DaemonError {
        .noAnswer(url: url.description, reason: Files.reason(code))
    }
}
