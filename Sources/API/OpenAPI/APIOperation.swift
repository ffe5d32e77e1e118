import HTTP
import JSON

/// One method of one path, as the OpenAPI document describes it.
struct APIOperation {
    /// What belongs together in the document.
    enum Tag: String, CaseIterable {
        case predict = "Predictions"
        case openInference = "Open Inference Protocol"
        case models = "Models"
        case labels = "Labels"
        case datasets = "Datasets"
        case training = "Training"
        case jobs = "Jobs"
        case server = "Server"
    }

    /// A media type and what a body of it holds.
    struct Content {
        let mediaType: String
        /// nil for bytes, of which a schema says nothing.
        var schema: JSONValue?
        var example: JSONValue?
        /// The media types of the parts of a multipart body, by name.
        var partTypes: [String: String] = [:]

        static func json(_ schema: JSONValue, example: JSONValue? = nil) -> Content {
            Content(mediaType: "application/json", schema: schema, example: example)
        }

        static func text(_ mediaType: String) -> Content { Content(mediaType: mediaType, schema: Schema.string) }

        static func bytes(_ mediaType: String) -> Content { Content(mediaType: mediaType) }

        var json: JSONMember {
            var members: [JSONMember] = []
            if let schema { members.append(JSONMember("schema", schema)) }
            if let example { members.append(JSONMember("example", example)) }
            if !partTypes.isEmpty {
                let parts = partTypes.map { JSONMember($0.key, ["contentType": .string($0.value)]) }
                members.append(JSONMember("encoding", .object(parts)))
            }
            return JSONMember(mediaType, .object(members))
        }
    }

    /// What the client is told when all went well.
    struct Answer {
        var status = HTTPStatus.ok
        let text: String
        var content: [Content] = []
        /// Fields of the head, with their sentences.
        var fields: [(String, String)] = []
    }

    let method: HTTPMethod
    /// With names in braces, each of which `APIParameter.path` knows.
    let path: String
    let id: String
    let tag: Tag
    let summary: String
    /// More for people; nil when the summary says it all.
    var text: String?
    var parameters: [JSONValue] = []
    var body: [Content] = []
    var isBodyRequired = true
    var answers: [Answer] = []
    /// Statuses of refusals beside those that every request may get.
    var refusals: [HTTPStatus] = []

    /// The operation object.
    var json: JSONValue {
        var members = [
            JSONMember("operationId", .string(id)), JSONMember("tags", [.string(tag.rawValue)]),
            JSONMember("summary", .string(summary)),
        ]
        if let text { members.append(JSONMember("description", .string(text))) }
        let parameters = pathParameters + parameters
        if !parameters.isEmpty { members.append(JSONMember("parameters", .array(parameters))) }
        if !body.isEmpty {
            members.append(
                JSONMember(
                    "requestBody",
                    ["required": .bool(isBodyRequired), "content": .object(body.map(\.json))]))
        }
        members.append(JSONMember("responses", .object(responses)))
        return .object(members)
    }

    /// The parameters that stand in the path.
    private var pathParameters: [JSONValue] {
        path.split(separator: "{").dropFirst().map { rest in
            ["$ref": .string("#/components/parameters/\(rest.prefix { $0 != "}" })")]
        }
    }

    private var responses: [JSONMember] {
        var byStatus: [JSONMember] = answers.map { answer in
            var members = [JSONMember("description", .string(answer.text))]
            if !answer.fields.isEmpty {
                members.append(
                    JSONMember(
                        "headers",
                        .object(
                            answer.fields.map { name, text in
                                JSONMember(name, ["description": .string(text), "schema": Schema.string])
                            })))
            }
            if !answer.content.isEmpty {
                members.append(JSONMember("content", .object(answer.content.map(\.json))))
            }
            return JSONMember(String(answer.status.code), .object(members))
        }
        let known = Set(byStatus.map(\.name))
        let refusals = Set((Self.always + refusals).map(\.code)).sorted().map(String.init)
        for status in refusals where !known.contains(status) {
            byStatus.append(JSONMember(status, ["$ref": .string("#/components/responses/\(status)")]))
        }
        return byStatus
    }

    /// What the server may say to any message, whatever it asks for: RFC 9110 and RFC 9112.
    static let always: [HTTPStatus] = [
        .badRequest, .notFound, .methodNotAllowed, .requestTimeout, .contentTooLarge, .uriTooLong, .expectationFailed,
        .requestHeaderFieldsTooLarge, .notImplemented, .serviceUnavailable,
    ]
}
