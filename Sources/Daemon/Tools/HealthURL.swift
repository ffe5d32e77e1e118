/// The address of a probe: http://host[:port]/path with an IP address or `localhost` as its host, so that asking
/// needs no name service.
package struct HealthURL: Sendable, Equatable {
    /// The address without brackets.
    package let host: String
    package let port: UInt16
    /// The path and the query, from the slash on.
    package let target: String

    /// Where a daemon with this configuration says whether it is ready.
    package init(_ server: Configuration.Server) {
        let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1"]
        host = everywhere[server.host] ?? server.host.withoutBrackets
        port = UInt16(clamping: server.port)
        target = "/readyz"
    }

    /// Reads a URL.
    /// - Throws: `DaemonError.usage`.
    package init(_ text: String) throws(DaemonError) {
        let scheme = "http://"
        let expected = "--url: expected http://<IP address or localhost>[:<port>]/<path>, got \(text.inQuotes)"
        guard text.hasPrefix(scheme), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .usage(expected)
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/" + path
        // The colon of the port is the one behind an IPv6 address's bracket.
        let hostEnd = authority.hasPrefix("[") ? authority.lastIndex(of: "]").map(authority.index(after:)) : nil
        let end = hostEnd ?? authority.firstIndex(of: ":") ?? authority.endIndex
        host = String(authority[..<end]).withoutBrackets
        let suffix = authority[end...]
        guard !host.isEmpty, suffix.isEmpty || suffix.first == ":",
            let port = suffix.isEmpty ? 80 : UInt16(suffix.dropFirst()), port > 0
        else { throw .usage(expected) }
        self.port = port
    }

    /// The value of the Host field.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

extension HealthURL: CustomStringConvertible {
    package var description: String { "http://\(authority)\(target)" }
}

extension String {
    /// An IPv6 address as it stands in a URL, without its brackets; other texts unchanged.
    fileprivate var withoutBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
