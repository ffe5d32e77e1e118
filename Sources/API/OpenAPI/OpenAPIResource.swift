import HTTP
import JSON
import Serving
import Training

/// `/openapi.json`: what the server takes and gives as an OpenAPI 3.1 document, with the schemas of the models that
/// serve now; and `/docs`, a page that shows it.
struct OpenAPIResource: Sendable {
    let repository: ModelRepository

    /// Most models whose own schemas are in one document; of more, a client names the one it wants.
    private static let maximumModels = 50

    /// The document. Reads files.
    /// - Parameter query: `model=<m>` leaves out the schemas of other models.
    /// - Returns: The document.
    /// - Throws: `APIError.query`, or `.serving` for a model that does not serve.
    func document(query: String?) throws(APIError) -> HTTPResponse {
        let wanted = try QueryParameters(query, known: ["model"])["model"]
        let versions: [ModelVersion]
        if let wanted {
            versions = [try ModelTarget.serving.version(of: wanted, in: repository)]
        } else {
            versions = servingVersions
        }
        let own = versions.flatMap { ModelOperations($0, repository.example(of: $0)).all }
        return .json(Self.document(own + APIOperations.all))
    }

    /// The page; it needs nothing but `/openapi.json`.
    func page() -> HTTPResponse {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
        return HTTPResponse(
            status: .ok, contentType: "text/html; charset=utf-8",
            fields: [.init("Content-Security-Policy", policy), .init("X-Content-Type-Options", "nosniff")],
            body: Array(DocsPage.html.utf8))
    }

    private var servingVersions: [ModelVersion] {
        var names: [String] = []
        for version in repository.loadedVersions where names.last != version.modelName {
            names.append(version.modelName)
        }
        return names.prefix(Self.maximumModels).compactMap { try? repository.version(of: $0) }
    }

    private static func document(_ operations: [APIOperation]) -> JSONValue {
        var paths: [(path: String, methods: [JSONMember])] = []
        for operation in operations {
            let member = JSONMember(operation.method.name.lowercased(), operation.json)
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].methods.append(member)
            } else {
                paths.append((operation.path, [member]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Apus", "version": .string(ApusVersion.text),
                "description":
                    "Serves and trains neural networks. Where a path has GET it has HEAD; errors are RFC 9457.",
                "license": ["name": "See NOTICE"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(APIOperation.Tag.allCases.map { ["name": .string($0.rawValue)] }),
            "paths": .object(paths.map { JSONMember($0.path, .object($0.methods)) }),
            "components": [
                "schemas": APISchemas.components, "parameters": APIParameter.path, "responses": refusals,
            ],
        ]
    }

    /// The refusals that operations refer to, by status.
    private static var refusals: JSONValue {
        let statuses: [HTTPStatus] =
            APIOperation.always + APIOperations.inferenceRefusals + [
                .conflict, .unprocessableContent, .insufficientStorage,
            ]
        let problem: JSONValue = ["schema": Schema.reference("Problem")]
        return .object(
            statuses.sorted { $0.code < $1.code }.map { status in
                var members = [
                    JSONMember("description", .string(status.phrase)),
                    JSONMember("content", ["application/json": problem, "application/problem+json": problem]),
                ]
                if let header = header(of: status) { members.append(JSONMember("headers", header)) }
                return JSONMember(String(status.code), .object(members))
            })
    }

    private static func header(of status: HTTPStatus) -> JSONValue? {
        switch status {
        case .methodNotAllowed: ["Allow": ["description": "The methods that the path has", "schema": Schema.string]]
        case .tooManyRequests: ["Retry-After": ["description": "Seconds", "schema": Schema.integer(from: 1)]]
        default: nil
        }
    }
}
