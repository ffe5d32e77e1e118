/// Why the server could not start.
package enum NetworkError: Error, Sendable, Equatable {
    /// The host is neither an IPv4 nor an IPv6 literal nor `localhost`.
    case invalidHost(String)
    /// A configuration field is out of its range.
    case invalidConfiguration(field: String, expected: String, found: Int)
    /// The address is taken or may not be bound.
    case bindFailed(host: String, port: UInt16, code: Int32)
    /// A system call failed.
    case systemCall(name: String, code: Int32)
    /// `start` was called twice.
    case alreadyStarted
}

extension NetworkError: CustomStringConvertible {
    /// One sentence that names the field or call, what was expected and what came.
    package var description: String {
        switch self {
        case .invalidHost(let host):
            "host: expected an IPv4 or IPv6 address or localhost, found \"\(host)\""
        case .invalidConfiguration(let field, let expected, let found):
            "\(field): expected \(expected), found \(found)"
        case .bindFailed(let host, let port, let code):
            "cannot listen on \(host) port \(port): \(SystemCall.message(code))"
        case .systemCall(let name, let code):
            "\(name) failed: \(SystemCall.message(code))"
        case .alreadyStarted:
            "the server has been started before"
        }
    }
}
