import HTTP

/// Which resource a path names.
enum Route: Equatable {
    case root
    case liveness
    case readiness
    case startup
    case metrics
    case openAPI
    case docs
    case models
    case model(String, version: Int?)
    case status(String, version: Int?)
    case predict(String, version: Int?)
    case predictLabel(String, label: String)
    /// Classes or values of examples, as TensorFlow Serving has them.
    case examples(TensorFlowDialect.Verb, String, ModelTarget)
    case openInference(OpenInferenceRoute)
    case card(String, version: Int?)
    case metadata(String, version: Int?)
    case metadataLabel(String, label: String)
    case batching(String, version: Int?)
    case load(String, version: Int?)
    case unload(String, version: Int?)
    case reload(String, version: Int?)
    /// The versions of a model, and a new one that is sent.
    case versions(String)
    case labels(String)
    case label(String, label: String)
    case rollback(String)
    case control(ControlRoute)

    /// The methods the resource takes.
    var allowedMethods: String {
        switch self {
        case .predict, .predictLabel, .examples, .rollback, .load, .unload, .reload: "POST, OPTIONS"
        case .versions: "GET, HEAD, POST, OPTIONS"
        case .openInference(let route): (route.methods.map(\.name) + ["OPTIONS"]).joined(separator: ", ")
        case .label: "GET, HEAD, PUT, DELETE, OPTIONS"
        case .control(let route): (route.methods.map(\.name) + ["OPTIONS"]).joined(separator: ", ")
        default: "GET, HEAD, OPTIONS"
        }
    }

    /// Whether the resource takes a method, OPTIONS aside. Makes no string: every predict request passes here.
    func takes(_ method: HTTPMethod) -> Bool {
        switch self {
        case .predict, .predictLabel, .examples, .rollback, .load, .unload, .reload: method == .post
        case .versions: [.get, .head, .post].contains(method)
        case .openInference(let route): route.methods.contains(method)
        case .label: [.get, .head, .put, .delete].contains(method)
        case .control(let route): route.methods.contains(method)
        default: method == .get || method == .head
        }
    }

    /// Who is asked for predictions; nil for a route that asks for something else.
    var predictor: (model: String, target: ModelTarget)? {
        switch self {
        case .predict(let name, let version), .openInference(.infer(let name, let version)):
            (name, ModelTarget(number: version))
        case .predictLabel(let name, let label): (name, .label(label))
        case .examples(_, let name, let target): (name, target)
        default: nil
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
        case "/startupz": self = .startup
        case "/metrics", "/monitoring/prometheus/metrics": self = .metrics
        case "/openapi.json": self = .openAPI
        case "/docs": self = .docs
        case "/v1/models", "/v1/models/": self = .models
        default:
            var scanner = PathScanner(path)
            self = try Self.model(&scanner)
        }
    }

    /// `"/v1/models/" name [ "/versions/" number / "/labels" ... ] [ ( ":" / "/" ) verb ]`
    private static func model(_ scanner: inout PathScanner) throws(APIError) -> Route {
        guard scanner.skip("/v1/models/") else {
            if scanner.skip("/v2") { return .openInference(try OpenInferenceRoute(&scanner)) }
            guard let control = ControlRoute(path: scanner.path) else { throw .unknownPath(scanner.path) }
            return .control(control)
        }
        guard let name = scanner.segment() else { throw .unknownPath(scanner.path) }
        if scanner.skip("/labels") { return try label(of: name, &scanner) }
        var version: Int?
        if scanner.skip("/versions") {
            if scanner.isAtEnd { return .versions(name) }
            guard scanner.skip("/") else { throw .unknownPath(scanner.path) }
            let digits = scanner.segment() ?? ""
            guard let number = Int(digits), number >= 0 else { throw .versionNumber(digits) }
            version = number
        }
        if scanner.isAtEnd { return .model(name, version: version) }
        guard scanner.skip(":") || scanner.skip("/") else { throw .unknownPath(scanner.path) }
        if scanner.skip("predict"), scanner.isAtEnd { return .predict(name, version: version) }
        if scanner.skip("status"), scanner.isAtEnd { return .status(name, version: version) }
        if scanner.skip("card"), scanner.isAtEnd { return .card(name, version: version) }
        if scanner.skip("metadata"), scanner.isAtEnd { return .metadata(name, version: version) }
        if scanner.skip("batching"), scanner.isAtEnd { return .batching(name, version: version) }
        if scanner.skip("load"), scanner.isAtEnd { return .load(name, version: version) }
        if scanner.skip("unload"), scanner.isAtEnd { return .unload(name, version: version) }
        if scanner.skip("reload"), scanner.isAtEnd { return .reload(name, version: version) }
        if version == nil, scanner.skip("rollback"), scanner.isAtEnd { return .rollback(name) }
        if let verb = examplesVerb(&scanner) { return .examples(verb, name, ModelTarget(number: version)) }
        if let verb = scanner.segment(), scanner.isAtEnd,
            let control = ControlRoute(model: name, version: version, verb: verb)
        {
            return .control(control)
        }
        throw .unknownPath(scanner.path)
    }

    /// What follows "/labels": `[ "/" label [ ( ":" / "/" ) ( "predict" / "metadata" ) ] ]`
    private static func label(of name: String, _ scanner: inout PathScanner) throws(APIError) -> Route {
        if scanner.isAtEnd { return .labels(name) }
        guard scanner.skip("/"), let label = scanner.segment() else { throw .unknownPath(scanner.path) }
        if scanner.isAtEnd { return .label(name, label: label) }
        guard scanner.skip(":") || scanner.skip("/") else { throw .unknownPath(scanner.path) }
        if scanner.skip("predict"), scanner.isAtEnd { return .predictLabel(name, label: label) }
        if scanner.skip("metadata"), scanner.isAtEnd { return .metadataLabel(name, label: label) }
        if let verb = examplesVerb(&scanner) { return .examples(verb, name, .label(label)) }
        throw .unknownPath(scanner.path)
    }

    private static func examplesVerb(_ scanner: inout PathScanner) -> TensorFlowDialect.Verb? {
        var ahead = scanner
        guard let word = ahead.segment(), ahead.isAtEnd, let verb = TensorFlowDialect.Verb(rawValue: word) else {
            return nil
        }
        scanner = ahead
        return verb
    }
}
