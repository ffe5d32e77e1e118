import HTTP
import JSON

/// Every operation of the API but those of single models.
enum APIOperations {
    static var all: [APIOperation] {
        server + models + changes + labels + predictions + openInference + datasets + jobs + training
    }

    /// A GET whose answer is JSON.
    static func get(
        _ path: String, _ id: String, _ tag: APIOperation.Tag, _ summary: String, _ schema: JSONValue,
        parameters: [JSONValue] = [], refusals: [HTTPStatus] = []
    ) -> APIOperation {
        APIOperation(
            method: .get, path: path, id: id, tag: tag, summary: summary, parameters: parameters,
            answers: [.init(text: summary, content: [.json(schema)])], refusals: refusals)
    }

    /// A POST whose answer is JSON.
    static func post(
        _ path: String, _ id: String, _ tag: APIOperation.Tag, _ summary: String, _ schema: JSONValue,
        body: [APIOperation.Content] = [], isBodyRequired: Bool = true, parameters: [JSONValue] = [],
        refusals: [HTTPStatus] = []
    ) -> APIOperation {
        APIOperation(
            method: .post, path: path, id: id, tag: tag, summary: summary, parameters: parameters, body: body,
            isBodyRequired: isBodyRequired, answers: [.init(text: summary, content: [.json(schema)])],
            refusals: refusals)
    }

    /// The same of a model, and of one of its versions.
    static func ofModelAndVersion(
        _ verb: String, _ make: (_ path: String, _ suffix: String) -> APIOperation
    ) -> [APIOperation] {
        [
            make("/v1/models/{model}\(verb)", ""),
            make("/v1/models/{model}/versions/{version}\(verb)", "OfVersion"),
        ]
    }

    private static var server: [APIOperation] {
        let exposition: [APIOperation.Content] = [
            .text("text/plain; version=0.0.4; charset=utf-8"),
            .text("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ]
        return [
            get(
                "/", "getRoot", .server, "Which program this is",
                Schema.object([
                    ("status", Schema.constant("alive")), ("name", Schema.string), ("models", Schema.string),
                ])
            ),
            get(
                "/livez", "getLiveness", .server, "Whether the process lives",
                Schema.object([("live", Schema.constant(true))])),
            probe("/startupz", "getStartup", "Whether every model was loaded or refused", APISchemas.startup),
            probe(
                "/readyz", "getReadiness", "Whether requests are welcome", APISchemas.readiness,
                parameters: [
                    APIParameter.query("verbose", "Lists every version with its state and reason", Schema.string)
                ]),
        ]
            + [("/metrics", "getMetrics"), ("/monitoring/prometheus/metrics", "getMetricsOfTensorFlow")].map {
                path, id in
                APIOperation(
                    method: .get, path: path, id: id, tag: .server, summary: "What is counted, for Prometheus",
                    answers: [.init(text: "The metrics, in the form that Accept asks for", content: exposition)])
            } + [
                APIOperation(
                    method: .get, path: "/openapi.json", id: "getOpenAPI", tag: .server,
                    summary: "This description, with the schemas of the models that serve",
                    parameters: [
                        APIParameter.query("model", "Only this model's schemas beside the rest", APIParameter.name)
                    ],
                    answers: [.init(text: "An OpenAPI 3.1 document", content: [.json(["type": "object"])])]),
                APIOperation(
                    method: .get, path: "/docs", id: "getDocs", tag: .server, summary: "This description for people",
                    answers: [.init(text: "A page", content: [.text("text/html; charset=utf-8")])]),
            ]
    }

    /// A GET that answers 503 with the same body when it says no.
    static func probe(
        _ path: String, _ id: String, _ summary: String, _ schema: JSONValue, tag: APIOperation.Tag = .server,
        parameters: [JSONValue] = []
    ) -> APIOperation {
        let either: [APIOperation.Content] = [
            .json(Schema.any(of: [schema, Schema.reference("Problem")])),
            .init(mediaType: "application/problem+json", schema: Schema.reference("Problem")),
        ]
        return APIOperation(
            method: .get, path: path, id: id, tag: tag, summary: summary, parameters: parameters,
            answers: [
                .init(text: "Yes", content: [.json(schema)]),
                .init(status: .serviceUnavailable, text: "Not now", content: either),
            ])
    }
}
