import CSystem
import Glibc

/// A listening socket; several may share a port (SO_REUSEPORT), the kernel spreads connections over them.
struct ListeningSocket: ~Copyable {
    private let descriptor: FileDescriptor

    /// - Parameters:
    ///   - host: See ``SocketAddress``.
    ///   - port: 0 for one of the system's choice.
    ///   - backlog: Connections the kernel holds until they are accepted.
    /// - Throws: `NetworkError.invalidHost`, `bindFailed` or `systemCall`.
    init(host: String, port: UInt16, backlog: Int32) throws(NetworkError) {
        let address = try SocketAddress(host: host, port: port)
        let socket = try Self.open(address.family)
        let number = socket.number
        try Self.check("setsockopt SO_REUSEPORT", csystem_reuse_port(number))
        try Self.check("setsockopt TCP_NODELAY", csystem_no_delay(number))
        try address.bind(number)
        try Self.check("listen", listen(number, backlog))
        descriptor = socket
    }

    /// Throws if somebody listens on the port already, whom SO_REUSEPORT alone would let us join unnoticed.
    static func requireFree(host: String, port: UInt16) throws(NetworkError) {
        let address = try SocketAddress(host: host, port: port)
        let socket = try open(address.family)
        try address.bind(socket.number)
    }

    private static func open(_ family: Int32) throws(NetworkError) -> FileDescriptor {
        let number = csystem_socket(family)
        guard number >= 0 else { throw .systemCall(name: "socket", code: errno) }
        let socket = FileDescriptor(owning: number)
        try check("setsockopt SO_REUSEADDR", csystem_reuse_address(number))
        if family == AF_INET6 { try check("setsockopt IPV6_V6ONLY", csystem_dual_stack(number)) }
        return socket
    }

    /// The descriptor's number.
    var number: Int32 { descriptor.number }

    /// The port it is bound to.
    func port() throws(NetworkError) -> UInt16 {
        let port = csystem_local_port(number)
        try Self.check("getsockname", port)
        return UInt16(port)
    }

    private static func check(_ name: String, _ result: Int32) throws(NetworkError) {
        if result < 0 { throw .systemCall(name: name, code: errno) }
    }
}
