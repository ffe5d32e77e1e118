import CSystem
import Glibc

/// A blocking connection to a port of this machine, with a limit of ten seconds for each read.
final class Client {
    private let descriptor: Int32

    /// nil when the connection is refused.
    init?(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var host = in_addr()
        inet_pton(AF_INET, "127.0.0.1", &host)
        var length: socklen_t = 0
        var address = csystem_ipv4(&host, port, &length)
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        if result != 0 { return nil }
    }

    deinit { close(descriptor) }

    func send(_ text: String) { _ = csystem_send(descriptor, text, text.utf8.count) }

    /// Everything until the other side closes.
    func receiveAll() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The answer to one GET.
    static func get(_ path: String, port: UInt16) -> String? {
        guard let client = Client(port: port) else { return nil }
        client.send("GET \(path) HTTP/1.1\r\nHost: apus\r\nConnection: close\r\n\r\n")
        return client.receiveAll()
    }
}
