/// Which resource a path names.
enum Route: Equatable {
    case root
    case liveness
    case readiness
    case models
    case model(String, version: Int?)
    case status(String, version: Int?)
    case predict(String, version: Int?)

    /// The methods the resource takes.
    var allowedMethods: String {
        if case .predict = self { "POST, OPTIONS" } else { "GET, HEAD, OPTIONS" }
    }

    /// Reads a path as it was sent, percent-encoded:
    ///
    ///     /v1/models[/{name}[/versions/{number}][:predict | /predict | /status]]
    ///
    /// - Throws: `APIError.unknownPath` or `.versionNumber`.
    init(path: String) throws(APIError) {
        switch path {
        case "/": self = .root
        case "/livez": self = .liveness
        case "/readyz": self = .readiness
        case "/v1/models", "/v1/models/": self = .models
        default:
            guard path.hasPrefix("/v1/models/") else { throw .unknownPath(path) }
            self = try Self.model(path.dropFirst("/v1/models/".count), path: path)
        }
    }

    private static func model(_ rest: Substring, path: String) throws(APIError) -> Route {
        var segments = rest.split(separator: "/", omittingEmptySubsequences: false)
        var verb = Substring()
        if let last = segments.last, let colon = last.firstIndex(of: ":") {
            verb = last[last.index(after: colon)...]
            segments[segments.count - 1] = last[..<colon]
        } else if let last = segments.last, segments.count.isMultiple(of: 2) {
            verb = last
            segments.removeLast()
        }
        guard let name = segments.first.flatMap(percentDecoded), !name.isEmpty else { throw .unknownPath(path) }
        var version: Int?
        if segments.count == 3, segments[1] == "versions" {
            guard let number = Int(segments[2]), number >= 0 else { throw .versionNumber(String(segments[2])) }
            version = number
        } else if segments.count != 1 {
            throw .unknownPath(path)
        }
        switch verb {
        case "": return .model(name, version: version)
        case "predict": return .predict(name, version: version)
        case "status": return .status(name, version: version)
        default: throw .unknownPath(path)
        }
    }

    /// RFC 3986 §2.1; nil for a malformed escape or bytes that are no UTF-8.
    private static func percentDecoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes = [UInt8]()
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
