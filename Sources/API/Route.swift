import HTTP

/// Which resource a path names.
enum Route: Equatable {
    case root
    case liveness
    case readiness
    case models
    case model(String, version: Int?)
    case status(String, version: Int?)
    case predict(String, version: Int?)
    case control(ControlRoute)

    /// The methods the resource takes.
    var allowedMethods: String {
        switch self {
        case .predict: "POST, OPTIONS"
        case .control(let route): (route.methods.map(\.name) + ["OPTIONS"]).joined(separator: ", ")
        default: "GET, HEAD, OPTIONS"
        }
    }

    /// Reads a path as it was sent, percent-encoded.
    ///
    /// - Throws: `APIError.unknownPath` or `.versionNumber`.
    init(path: String) throws(APIError) {
        switch path {
        case "/": self = .root
        case "/livez": self = .liveness
        case "/readyz": self = .readiness
        case "/v1/models", "/v1/models/": self = .models
        default:
            var scanner = PathScanner(path)
            self = try Self.model(&scanner)
        }
    }

    /// `"/v1/models/" name [ "/versions/" number ] [ ( ":" / "/" ) verb ]`
    private static func model(_ scanner: inout PathScanner) throws(APIError) -> Route {
        guard scanner.skip("/v1/models/") else {
            guard let control = ControlRoute(path: scanner.path) else { throw .unknownPath(scanner.path) }
            return .control(control)
        }
        guard let name = scanner.segment() else { throw .unknownPath(scanner.path) }
        var version: Int?
        if scanner.skip("/versions/") {
            let digits = scanner.segment() ?? ""
            guard let number = Int(digits), number >= 0 else { throw .versionNumber(digits) }
            version = number
        }
        if scanner.isAtEnd { return .model(name, version: version) }
        guard scanner.skip(":") || scanner.skip("/") else { throw .unknownPath(scanner.path) }
        if scanner.skip("predict"), scanner.isAtEnd { return .predict(name, version: version) }
        if scanner.skip("status"), scanner.isAtEnd { return .status(name, version: version) }
        if let verb = scanner.segment(), scanner.isAtEnd,
            let control = ControlRoute(model: name, version: version, verb: verb)
        {
            return .control(control)
        }
        throw .unknownPath(scanner.path)
    }
}
