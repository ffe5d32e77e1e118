import HTTP
import JSON

/// Models and their labels.
extension APIOperations {
    static var models: [APIOperation] {
        let status = Schema.reference("ModelStatus")
        return [
            get("/v1/models", "listModels", .models, "The models that serve, and every version", APISchemas.modelIndex)
        ]
            + ofModelAndVersion("") { path, suffix in
                get(
                    path, "getModel\(suffix)", .models, "Whether it serves, as TensorFlow Serving and KServe say it",
                    Schema.reference("ModelState"))
            }
            + ofModelAndVersion("/status") { path, suffix in
                get(path, "getStatus\(suffix)", .models, "Everything about the versions of a model", status)
            }
            + ofModelAndVersion("/card") { path, suffix in
                get(
                    path, "getCard\(suffix)", .models, "What training wrote about the version", ["type": "object"],
                    refusals: [.internalServerError])
            }
            + ofModelAndVersion("/metadata", metadata)
            + [metadata("/v1/models/{model}/labels/{label}/metadata", "OfLabel")]
            + [
                get(
                    "/v1/models/{model}/versions", "listVersions", .models, "The versions of a model with their states",
                    Schema.object([("name", Schema.string), ("versions", Schema.list(version(isNamed: false)))]))
            ]
            + ofModelAndVersion("/batching") { path, suffix in
                get(
                    path, "getBatching\(suffix)", .models, "What joins requests into batches, and what it goes by",
                    APISchemas.batching)
            }
    }

    private static func metadata(_ path: String, _ suffix: String) -> APIOperation {
        get(
            path, "getMetadata\(suffix)", .models, "What it takes and gives, as TensorFlow Serving says it",
            APISchemas.metadata)
    }

    /// What changes which versions are loaded.
    static var changes: [APIOperation] {
        ofModelAndVersion("/load") { path, suffix in
            post(
                path, "load\(suffix)", .models, "Loads what is on the disk; answers when it serves",
                Schema.reference("ModelStatus"))
        }
            + ofModelAndVersion("/reload") { path, suffix in
                post(
                    path, "reload\(suffix)", .models, "Reads what is loaded again, changed or not",
                    Schema.reference("ModelStatus"))
            }
            + ofModelAndVersion("/unload") { path, suffix in
                post(
                    path, "unload\(suffix)", .models, "Lets it serve no longer", Schema.reference("ModelStatus"),
                    refusals: [.conflict])
            } + [
                post(
                    "/v1/models/{model}/rollback", "rollBack", .models, "The version serves again that served before",
                    Schema.object([
                        ("name", Schema.string), ("version", Schema.string), ("labels", Schema.map(Schema.string)),
                    ]), refusals: [.conflict]), upload,
            ]
    }

    /// The state of a version, with its model's name where it stands alone.
    private static func version(isNamed: Bool) -> JSONValue {
        let refused = Schema.object([("reason", Schema.string), ("since", ["type": "number"])])
        let name = isNamed ? [("name", Schema.string)] : []
        return Schema.object(
            name + [
                ("version", ["type": ["string", "null"]]), ("state", Schema.string), ("reason", Schema.string),
                ("since", ["type": "number"]), ("refused", refused), ("serving", ["type": "boolean"]),
                ("labels", Schema.list(Schema.string)),
            ], optional: ["refused"])
    }

    private static var upload: APIOperation {
        APIOperation(
            method: .post, path: "/v1/models/{model}/versions", id: "addVersion", tag: .models,
            summary: "Checks and publishes the files of a version that are sent",
            text: "Also as multipart/form-data whose parts have file names, for which a schema cannot ask.",
            parameters: [
                APIParameter.query("label", "A label for it, instead of letting it serve", APIParameter.name),
                APIParameter.query("serve", "Whether it is to serve", Schema.choice(["true", "false"])),
            ],
            body: [.bytes("application/x-tar"), .bytes("application/gzip")],
            answers: [
                .init(
                    status: .created, text: "The version", content: [.json(version(isNamed: true))],
                    fields: [("Location", "The path of the version")])
            ],
            refusals: [
                .conflict, .unsupportedMediaType, .unprocessableContent, .internalServerError, .insufficientStorage,
            ])
    }

    static var labels: [APIOperation] {
        let (path, label) = ("/v1/models/{model}/labels/{label}", Schema.reference("Label"))
        let version = Schema.any(of: [
            Schema.integer(1...APIParameter.maximumVersion), ["type": "string", "pattern": "^[1-9][0-9]{0,8}$"],
        ])
        return [
            get(
                "/v1/models/{model}/labels", "listLabels", .labels, "The labels of a model, and how they changed",
                Schema.object([
                    ("labels", Schema.map(Schema.string)), ("history", Schema.list(Schema.reference("LabelChange"))),
                ])),
            get(path, "getLabel", .labels, "The version that a label means, and how it moved", label),
            APIOperation(
                method: .put, path: path, id: "setLabel", tag: .labels,
                summary: "Gives a version a label; stable makes it serve",
                body: [.json(Schema.request(required: [("version", version)]), example: ["version": 1])],
                answers: [.init(text: "The label", content: [.json(label)])],
                refusals: [
                    .conflict, .unprocessableContent, .unsupportedMediaType, .internalServerError,
                    .insufficientStorage,
                ]),
            APIOperation(
                method: .delete, path: path, id: "removeLabel", tag: .labels, summary: "Takes a label away",
                answers: [.init(status: .noContent, text: "It is gone")], refusals: [.conflict, .internalServerError]),
        ]
    }
}
