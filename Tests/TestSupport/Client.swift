import Glibc

/// A blocking TCP client that speaks raw bytes.
///
/// Invariant behind `@unchecked Sendable`: one thread uses it at a time.
package final class Client: @unchecked Sendable {
    private let descriptor: Int32
    private var isOpen = true
    /// What came, and from where on it has not been handed out as a response.
    private var pending: [UInt8] = []
    private var start = 0
    private var chunk = [UInt8](repeating: 0, count: 65_536)

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

    /// The next response; nil when the connection ends before it is complete, or after 20 s without a byte.
    package func response(isHead: Bool = false) -> Response? {
        while true {
            if let end = headEnd() {
                let head = String(decoding: pending[start..<end], as: UTF8.self)
                let length = isHead ? 0 : Response.contentLength(head)
                while pending.count < end + length { if !fill() { return nil } }
                start = end + length
                return Response(head: head, body: Array(pending[end..<start]))
            }
            if !fill() { return nil }
        }
    }

    /// The next chunk of a body that comes in chunks, after `response`; empty for the last one, nil when the connection
    /// ends before it is complete.
    package func nextChunk() -> String? {
        while true {
            let rest = pending[start...]
            if let end = rest.firstIndex(of: 10) {
                let digits = String(decoding: rest[..<end].dropLast(), as: UTF8.self)
                guard let count = Int(digits, radix: 16) else { return nil }
                if pending.count >= end + 3 + count {
                    start = end + 3 + count
                    return String(decoding: pending[(end + 1)..<(end + 1 + count)], as: UTF8.self)
                }
            }
            if !fill() { return nil }
        }
    }

    /// What comes until the stream ends.
    package func rest() -> String {
        while fill() {}
        defer { start = pending.count }
        return String(decoding: pending[start...], as: UTF8.self)
    }

    /// Whether the stream ends without another byte.
    package func isAtEnd() -> Bool { start == pending.count && !fill() }

    /// Sends one request and reads its response.
    package func exchange(_ text: String) -> Response? {
        send(text)
        return response()
    }

    /// Reads more behind what is pending; false at the end of the stream, after a reset, or after 20 s.
    private func fill() -> Bool {
        let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        pending += chunk[..<count]
        return true
    }

    /// Where the next head ends in `pending`; drops what was read before when there is none yet.
    private func headEnd() -> Int? {
        let end = pending.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress else { return nil }
            var index = start
            while let found = memchr(base + index, 13, bytes.count - index) {
                index = UnsafeRawPointer(found) - base + 1
                if bytes.count - index >= 3, memcmp(base + index, "\n\r\n", 3) == 0 { return index + 3 }
            }
            return nil
        }
        if end == nil {
            pending.removeFirst(start)
            start = 0
        }
        return end
    }
}

extension Client {
    /// The answer to one GET.
    package func get(_ path: String) -> Response? { exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n") }

    /// The answer to one GET on a connection of its own; nil when it is refused.
    package static func get(_ path: String, port: UInt16) -> Response? { Client(port: port)?.get(path) }

    /// The answer to one request of any method with a JSON body.
    package func request(_ method: String, _ path: String, _ body: String = "") -> Response? {
        exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// The answer to one POST; `fields` are whole lines.
    package func post(
        _ path: String, _ body: String, fields: String = "Content-Type: application/json\r\n"
    ) -> Response? {
        sendPost(path, body, fields: fields)
        return response()
    }

    /// Sends one POST; `fields` are whole lines.
    package func sendPost(_ path: String, _ body: String, fields: String = "Content-Type: application/json\r\n") {
        send("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
