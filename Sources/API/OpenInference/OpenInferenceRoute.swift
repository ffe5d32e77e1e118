import HTTP

/// The resources of the Open Inference Protocol, version 2, and of its extensions.
enum OpenInferenceRoute: Equatable {
    case server
    case live
    case ready
    case models
    case model(String, version: Int?)
    case modelReady(String, version: Int?)
    case infer(String, version: Int?)
    case config(String, version: Int?)
    /// Of all models for nil.
    case statistics(String?, version: Int?)
    case index
    case load(String)
    case unload(String)

    /// The methods the resource takes.
    var methods: [HTTPMethod] {
        switch self {
        case .infer, .index, .load, .unload: [.post]
        default: [.get, .head]
        }
    }

    /// What metrics call it.
    var group: RouteGroup {
        switch self {
        case .infer: .infer
        case .live, .ready, .modelReady: .health
        case .index, .load, .unload: .repository
        default: .models
        }
    }

    /// - Parameter scanner: Behind `/v2`.
    /// - Throws: `APIError.unknownPath` or `.versionNumber`.
    init(_ scanner: inout PathScanner) throws(APIError) {
        if scanner.isAtEnd || scanner.skip("/") && scanner.isAtEnd {
            self = .server
        } else if scanner.skip("health/live"), scanner.isAtEnd {
            self = .live
        } else if scanner.skip("health/ready"), scanner.isAtEnd {
            self = .ready
        } else if scanner.skip("repository/") {
            self = try Self.repository(&scanner)
        } else if scanner.skip("models") {
            self = try Self.models(&scanner)
        } else {
            throw .unknownPath(scanner.path)
        }
    }

    /// `"index"` and `"models/" name "/" ( "load" / "unload" )`
    private static func repository(_ scanner: inout PathScanner) throws(APIError) -> OpenInferenceRoute {
        if scanner.skip("index"), scanner.isAtEnd { return .index }
        if scanner.skip("models/"), let name = scanner.segment(), scanner.skip("/") {
            if scanner.skip("load"), scanner.isAtEnd { return .load(name) }
            if scanner.skip("unload"), scanner.isAtEnd { return .unload(name) }
        }
        throw .unknownPath(scanner.path)
    }

    /// `[ "/" ] / "/stats" / "/" name [ "/versions/" number ] [ "/" verb ]`
    private static func models(_ scanner: inout PathScanner) throws(APIError) -> OpenInferenceRoute {
        if scanner.isAtEnd { return .models }
        guard scanner.skip("/") else { throw .unknownPath(scanner.path) }
        if scanner.isAtEnd { return .models }
        guard let name = scanner.segment() else { throw .unknownPath(scanner.path) }
        if name == "stats", scanner.isAtEnd { return .statistics(nil, version: nil) }
        var version: Int?
        if scanner.skip("/versions/") {
            let digits = scanner.segment() ?? ""
            guard let number = Int(digits), number >= 0 else { throw .versionNumber(digits) }
            version = number
        }
        if scanner.isAtEnd { return .model(name, version: version) }
        guard scanner.skip("/"), let verb = scanner.segment(), scanner.isAtEnd else {
            throw .unknownPath(scanner.path)
        }
        switch verb {
        case "infer": return .infer(name, version: version)
        case "ready": return .modelReady(name, version: version)
        case "config": return .config(name, version: version)
        case "stats": return .statistics(name, version: version)
        default: throw .unknownPath(scanner.path)
        }
    }
}
