/// A request method (RFC 9110 §9.3, RFC 5789). Methods are case-sensitive: `get` is `other`.
package enum HTTPMethod: UInt8, Sendable, Equatable, CaseIterable {
    case get
    case head
    case post
    case put
    case delete
    case connect
    case options
    case trace
    case patch
    /// A well-formed token that names none of the above; the handler answers 501 or 405.
    case other

    /// The method as it stands on the wire; empty for `other`, whose name only the request knows.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .other: ""
        }
    }

    /// The method whose name is `bytes[range]`.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        func named(_ literal: StaticString) -> Bool { equals(bytes, range, literal) }
        switch range.count {
        case 3: self = named("GET") ? .get : named("PUT") ? .put : .other
        case 4: self = named("POST") ? .post : named("HEAD") ? .head : .other
        case 5: self = named("PATCH") ? .patch : named("TRACE") ? .trace : .other
        case 6: self = named("DELETE") ? .delete : .other
        case 7: self = named("OPTIONS") ? .options : named("CONNECT") ? .connect : .other
        default: self = .other
        }
    }
}
