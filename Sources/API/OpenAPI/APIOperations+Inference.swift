import HTTP
import JSON

/// Predictions, in either dialect, of any model: those of single models are in `ModelOperations`.
extension APIOperations {
    /// What a request for predictions may be refused with.
    static let inferenceRefusals: [HTTPStatus] = [
        .notAcceptable, .unsupportedMediaType, .tooManyRequests, .internalServerError, .gatewayTimeout,
    ]

    /// The body formats of `/predict`, of which JSON has a schema.
    static func predictBodies(_ json: APIOperation.Content, hasImages: Bool = true) -> [APIOperation.Content] {
        [
            json, .bytes("application/octet-stream"), .bytes("application/x-npy"), .bytes("application/x-npz"),
            .text("text/csv"), .text("application/jsonl"),
        ] + (hasImages ? [.bytes("image/png"), .bytes("image/jpeg"), multipart] : [])
    }

    /// Image files, each a row.
    private static let multipart = APIOperation.Content(
        mediaType: "multipart/form-data",
        schema: [
            "type": "object", "required": ["file"], "additionalProperties": false,
            "properties": ["file": ["description": "Comes once for each row", "type": "string", "format": "binary"]],
        ], partTypes: ["file": "image/png, image/jpeg"])

    /// The forms of an answer, by Accept.
    static func predictAnswer(_ json: JSONValue) -> APIOperation.Answer {
        .init(
            text: "The predictions, in the form that Accept asks for",
            content: [.json(json), .bytes("application/x-npy"), .bytes("application/octet-stream")])
    }

    static var predictions: [APIOperation] {
        let targets = [
            ("", ""), ("/versions/{version}", "OfVersion"), ("/labels/{label}", "OfLabel"),
        ]
        return targets.flatMap { target, suffix in
            [("/predict", ""), (":predict", "AsTensorFlow")].map { verb, form in
                APIOperation(
                    method: .post, path: "/v1/models/{model}\(target)\(verb)", id: "predict\(suffix)\(form)",
                    tag: .predict, summary: "Predicts rows",
                    parameters: [APIParameter.topCount] + APIParameter.schedule,
                    body: predictBodies(.json(Schema.reference("PredictRequest"))),
                    answers: [predictAnswer(Schema.reference("PredictResponse"))], refusals: inferenceRefusals)
            }
                + [("classify", "Scores of classes"), ("regress", "One number a row")].map { verb, summary in
                    post(
                        "/v1/models/{model}\(target):\(verb)", verb + suffix, .predict, summary,
                        Schema.object([("results", Schema.list(Schema.any))]),
                        body: [.json(Schema.reference("ExamplesRequest"))],
                        parameters: APIParameter.schedule,
                        refusals: inferenceRefusals)
                }
        }
    }

    static var openInference: [APIOperation] {
        let empty = APIOperation.Content.json(
            Schema.request([("parameters", Schema.request([("unload_dependents", Schema.any)]))]))
        let isLive = Schema.object([("live", Schema.constant(true))])
        return [
            get("/v2", "getServer", .openInference, "The server and its extensions", APISchemas.openServer),
            get("/v2/health/live", "isLive", .openInference, "As /livez", isLive),
            probe(
                "/v2/health/ready", "isReady", "As /readyz", Schema.object([("ready", Schema.boolean)]),
                tag: .openInference),
            get(
                "/v2/models", "listOpenModels", .openInference, "The models that serve",
                Schema.object([("models", Schema.list(Schema.string))])),
            get(
                "/v2/models/stats", "getAllStatistics", .openInference, "What all models did",
                Schema.reference("Statistics")),
        ] + openModels + [
            post(
                "/v2/repository/index", "getRepositoryIndex", .openInference, "Every version with its state",
                Schema.list(APISchemas.repositoryEntry),
                body: [.json(Schema.request([("ready", Schema.boolean)]), example: ["ready": true])],
                isBodyRequired: false),
            post(
                "/v2/repository/models/{model}/load", "loadOpenModel", .openInference, "As /v1/models/{model}/load",
                Schema.object([("name", Schema.string), ("load", Schema.boolean)]), body: [empty],
                isBodyRequired: false),
            post(
                "/v2/repository/models/{model}/unload", "unloadOpenModel", .openInference,
                "As /v1/models/{model}/unload", Schema.object([("name", Schema.string), ("unload", Schema.boolean)]),
                body: [empty], isBodyRequired: false),
        ]
    }

    private static var openModels: [APIOperation] {
        [("", ""), ("/versions/{version}", "OfVersion")].flatMap { target, suffix -> [APIOperation] in
            let path = "/v2/models/{model}\(target)"
            return [
                get(
                    path, "getOpenModel\(suffix)", .openInference, "Its inputs and outputs",
                    Schema.reference("OpenModel")),
                get(
                    path + "/ready", "isModelReady\(suffix)", .openInference, "Whether it serves",
                    Schema.object([("name", Schema.string), ("ready", Schema.constant(true))])),
                get(
                    path + "/config", "getConfig\(suffix)", .openInference, "Its settings in Triton's words",
                    ["type": "object"]),
                get(
                    path + "/stats", "getStatistics\(suffix)", .openInference, "What it did",
                    Schema.reference("Statistics")),
                infer(path + "/infer", "infer\(suffix)", Schema.reference("InferRequest")),
            ]
        }
    }

    static func infer(
        _ path: String, _ id: String, _ schema: JSONValue, answer: JSONValue = Schema.reference("InferResponse"),
        example: JSONValue? = nil
    ) -> APIOperation {
        APIOperation(
            method: .post, path: path, id: id, tag: .openInference, summary: "Predicts whole tensors",
            text: """
                The binary tensor extension is understood: with the field Inference-Header-Content-Length, which counts \
                the bytes of the JSON, tensors with `binary_data_size` follow it; 0 means a body that is one tensor.
                """,
            parameters: APIParameter.schedule, body: [.json(schema, example: example)],
            answers: [
                .init(
                    text: "The outputs; binary ones follow the JSON",
                    content: [.json(answer), .bytes("application/octet-stream")])
            ], refusals: inferenceRefusals)
    }
}
