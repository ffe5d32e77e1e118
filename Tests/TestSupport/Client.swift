import Glibc

/// A blocking TCP client that speaks raw bytes.
///
/// Invariant behind `@unchecked Sendable`: one thread uses it at a time.
package final class Client: @unchecked Sendable {
    private let descriptor: Int32
    private var isOpen = true
    private var pending: [UInt8] = []

    /// Connects to loopback; nil when refused.
    package init?(port: UInt16, receiveBuffer: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { return nil }
    }

    deinit { close() }

    /// Sends all of it, or as much as the server takes before it resets.
    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    package func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes, as a program does that has read everything.
    package func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }

    /// Closes with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Reads more; false at the end of the stream, after a reset, or after 20 s.
    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        pending += buffer[..<count]
        return true
    }

    /// The next response; nil when the connection ends before it is complete.
    package func response(isHead: Bool = false) -> Response? {
        while true {
            if let end = headEnd() {
                let head = String(decoding: pending[..<end], as: UTF8.self)
                let length = isHead ? 0 : Response.contentLength(head)
                while pending.count < end + length { if !fill() { return nil } }
                let body = Array(pending[end..<end + length])
                pending.removeFirst(end + length)
                return Response(head: head, body: body)
            }
            if !fill() { return nil }
        }
    }

    private func headEnd() -> Int? {
        guard pending.count >= 4 else { return nil }
        for index in 0...pending.count - 4 where pending[index..<index + 4].elementsEqual([13, 10, 13, 10]) {
            return index + 4
        }
        return nil
    }

    /// Whether the stream ends without another byte.
    package func isAtEnd() -> Bool { pending.isEmpty && !fill() }

    /// Sends one request and reads its response.
    package func exchange(_ text: String) -> Response? {
        send(text)
        return response()
    }
}
