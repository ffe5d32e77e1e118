import CSystem
import Glibc

/// An IPv4 or IPv6 address with a port.
struct SocketAddress {
    /// AF_INET or AF_INET6.
    let family: Int32
    private let host: String
    private let port: UInt16
    private let storage: sockaddr_storage
    private let length: socklen_t

    /// - Parameters:
    ///   - host: An IPv4 or IPv6 literal (brackets allowed), or `localhost` for 127.0.0.1. No name is looked up.
    ///   - port: 0 for one of the system's choice.
    /// - Throws: `NetworkError.invalidHost`.
    init(host: String, port: UInt16) throws(NetworkError) {
        self.host = host
        self.port = port
        var literal = host == "localhost" ? "127.0.0.1" : host
        if literal.hasPrefix("["), literal.hasSuffix("]") { literal = String(literal.dropFirst().dropLast()) }
        var ipv4 = in_addr()
        var ipv6 = in6_addr()
        var length: socklen_t = 0
        if unsafe inet_pton(AF_INET, literal, &ipv4) == 1 {
            family = AF_INET
            storage = unsafe csystem_ipv4(&ipv4, port, &length)
        } else if unsafe inet_pton(AF_INET6, literal, &ipv6) == 1 {
            family = AF_INET6
            storage = unsafe csystem_ipv6(&ipv6, port, &length)
        } else {
            throw .invalidHost(host)
        }
        self.length = length
    }

    /// bind(2)
    func bind(_ descriptor: Int32) throws(NetworkError) {
        var storage = storage
        guard unsafe csystem_bind(descriptor, &storage, length) == 0 else {
            throw .bindFailed(host: host, port: port, code: errno)
        }
    }
}
