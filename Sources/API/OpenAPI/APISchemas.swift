import JSON
import Serving

/// The bodies of the API that are the same for all models.
enum APISchemas {
    /// Those that operations refer to by name.
    static var components: JSONValue {
        .object(
            ([
                ("Problem", problem), ("VersionStatus", versionStatus), ("ModelState", modelState),
                ("ModelStatus", modelStatus), ("LabelChange", labelChange), ("Label", label), ("Tensor", tensor),
                ("OpenModel", openModel), ("Statistics", statistics), ("PredictRequest", predictRequest),
                ("PredictResponse", predictResponse), ("ExamplesRequest", examplesRequest),
                ("InferRequest", inferRequest), ("InferResponse", inferResponse),
            ] + training).map { JSONMember($0.0, $0.1) })
    }

    /// RFC 9457, with the members that the clients of other servers look at.
    private static let problem = Schema.object(
        [
            ("type", Schema.string), ("title", Schema.string), ("status", Schema.integer(400...599)),
            ("detail", Schema.string), ("instance", Schema.string), ("error", Schema.string.described("As detail")),
            ("code", Schema.string.described("A short name for programs")),
            ("field", Schema.string.described("The field of the request that is at fault")),
        ], optional: ["instance", "field"])

    static let startup = Schema.object([("started", Schema.boolean)])

    static let readiness = Schema.object(
        [
            ("ready", Schema.boolean), ("phase", Schema.choice(Readiness.Phase.allCases.map(\.rawValue))),
            ("versions_ready", Schema.integer(from: 0)), ("versions_loading", Schema.integer(from: 0)),
            ("versions_failed", Schema.integer(from: 0)),
            ("versions", Schema.list(state(naming: "model"))),
        ], optional: ["versions"])

    private static func state(naming name: String) -> JSONValue {
        Schema.object([
            (name, Schema.string), ("version", Schema.optional(Schema.string)), ("state", Schema.string),
            ("reason", Schema.string), ("since", Schema.number),
        ])
    }

    static let modelIndex = Schema.object([
        ("models", Schema.list(Schema.string)), ("index", Schema.list(state(naming: "name"))),
    ])

    private static let tensorFlowStatus = Schema.object([
        ("version", Schema.string), ("state", Schema.string),
        ("status", Schema.object([("error_code", Schema.string), ("error_message", Schema.string)])),
    ])

    private static let modelState = Schema.object([
        ("name", Schema.string), ("ready", Schema.boolean), ("model_version_status", Schema.list(tensorFlowStatus)),
    ])

    private static let tensor = Schema.object([
        ("name", Schema.string), ("datatype", Schema.choice(TensorDatatype.self)),
        ("shape", Schema.list(Schema.integer(from: -1))),
    ])

    private static let versionStatus = Schema.object(
        [
            ("version", Schema.optional(Schema.string)), ("state", Schema.string), ("reason", Schema.string),
            ("since", Schema.number), ("serving", Schema.boolean), ("labels", Schema.list(Schema.string)),
            ("inputs", Schema.list(Schema.reference("Tensor"))), ("outputs", Schema.list(Schema.reference("Tensor"))),
            ("instances", Schema.map(Schema.any)), ("images", Schema.map(Schema.any)),
            ("parameters", Schema.integer(from: 0)), ("load", Schema.map(Schema.number)),
            ("statistics", Schema.map(Schema.integer(from: 0))),
        ], optional: ["inputs", "outputs", "instances", "images", "parameters", "load", "statistics"])

    private static let modelStatus = Schema.object(
        [
            ("name", Schema.string), ("ready", Schema.boolean), ("description", Schema.string),
            ("class_names", Schema.list(Schema.string)), ("default_version", Schema.optional(Schema.string)),
            ("labels", Schema.map(Schema.string)), ("label_history", Schema.list(Schema.reference("LabelChange"))),
            ("versions", Schema.list(Schema.reference("VersionStatus"))),
            ("jobs", Schema.list(Schema.reference("JobSummary"))),
        ], optional: ["description", "class_names", "default_version", "labels", "label_history", "jobs"])

    static let metadata = Schema.object(
        [
            (
                "model_spec",
                Schema.object([
                    ("name", Schema.string), ("signature_name", Schema.string), ("version", Schema.string),
                ])
            ),
            ("metadata", Schema.object([("signature_def", Schema.map(Schema.any))])), ("description", Schema.string),
            ("class_names", Schema.list(Schema.string)), ("instances", Schema.map(Schema.any)),
        ], optional: ["instances"])

    static let batching = Schema.object([
        ("model_name", Schema.string), ("model_version", Schema.string), ("explanation", Schema.string),
        ("settings", Schema.map(Schema.any)), ("now", Schema.map(Schema.integer(from: 0))),
        ("grouped_by", Schema.list(Schema.string)), ("groups", Schema.list(Schema.map(Schema.any))),
        ("hand_off_us", Schema.optional(Schema.number)), ("costs", Schema.list(Schema.map(Schema.any))),
        ("batches", Schema.list(Schema.map(Schema.any))), ("queue", Schema.map(Schema.any)),
        ("batch_wait", Schema.map(Schema.any)), ("compute", Schema.map(Schema.any)),
    ])

    private static let labelChange = Schema.object([
        ("label", Schema.string), ("version", Schema.optional(Schema.string)), ("cause", Schema.string),
        ("time", Schema.number),
    ])

    private static let label = Schema.object([
        ("label", Schema.string), ("version", Schema.string), ("model_version_status", Schema.list(tensorFlowStatus)),
        ("history", Schema.list(Schema.reference("LabelChange"))),
    ])

    // MARK: Predictions

    /// Members that every request for predictions may have.
    static let common: [(String, JSONValue)] = [
        ("signature_name", ["enum": ["", "serving_default"]]), ("parameters", Schema.map(Schema.any)),
        ("id", Schema.any),
    ]

    /// Rows, or whole inputs, but not both.
    static func predictRequest(rows: JSONValue, inputs: JSONValue) -> JSONValue {
        Schema.any(of: [
            Schema.request(required: [("instances", rows)], common),
            Schema.request(required: [("inputs", inputs)], common),
        ])
    }

    private static let predictRequest = predictRequest(
        rows: Schema.list(Schema.any, minimum: 1),
        inputs: Schema.any(of: [Schema.list(Schema.any, minimum: 1), ["type": "object", "minProperties": 1]]))

    private static let examplesRequest = Schema.request(
        required: [("examples", Schema.list(["type": "object"], minimum: 1))],
        [("context", ["type": "object"])] + common)

    private static let predictResponse = Schema.object(
        [
            ("predictions", Schema.list(Schema.any)), ("outputs", Schema.any), ("classes", Schema.list(Schema.string)),
            ("top_k", Schema.list(Schema.list(topClass))), ("model_name", Schema.string),
            ("model_version", Schema.string),
        ], optional: ["predictions", "outputs", "classes", "top_k"])

    static let topClass = Schema.object([
        ("class", Schema.string), ("index", Schema.integer(from: 0)),
        ("score", Schema.any.described("A number, or NaN")),
    ])

    // MARK: Open Inference Protocol

    static let openServer = Schema.object([
        ("name", Schema.string), ("version", Schema.string), ("extensions", Schema.list(Schema.string)),
    ])

    private static let openModel = Schema.object([
        ("name", Schema.string), ("versions", Schema.list(Schema.string)), ("platform", Schema.string),
        ("inputs", Schema.list(Schema.reference("Tensor"))), ("outputs", Schema.list(Schema.reference("Tensor"))),
    ])

    static let repositoryEntry = Schema.object(
        [
            ("name", Schema.string), ("version", Schema.string),
            ("state", Schema.choice(["READY", "LOADING", "UNAVAILABLE"])), ("reason", Schema.string),
            ("since", Schema.number),
        ], optional: ["version"])

    private static let statistics = Schema.object([
        (
            "model_stats",
            Schema.list(
                Schema.object([
                    ("name", Schema.string), ("version", Schema.string), ("last_inference", Schema.integer(from: 0)),
                    ("inference_count", Schema.integer(from: 0)), ("execution_count", Schema.integer(from: 0)),
                    ("inference_stats", Schema.map(Schema.map(Schema.integer(from: 0)))),
                    ("batch_stats", Schema.list(Schema.map(Schema.any))),
                ]))
        )
    ])

    private static let inferRequest = inferRequest(
        input: Schema.request(
            required: [
                ("name", Schema.string), ("shape", Schema.list(Schema.integer(from: 1), minimum: 1)),
                ("datatype", Schema.choice(TensorDatatype.self)),
            ], [("data", Schema.list(Schema.any)), ("parameters", Schema.map(Schema.any))]),
        inputs: nil, output: Schema.string)

    /// - Parameters:
    ///   - input: One of the tensors.
    ///   - inputs: How many there are; nil for any number.
    ///   - output: The name of an output.
    /// - Returns: The schema of the body.
    static func inferRequest(input: JSONValue, inputs: Int?, output: JSONValue) -> JSONValue {
        Schema.request(
            required: [("inputs", Schema.list(input, count: inputs, minimum: 1))],
            [
                ("id", Schema.string), ("model_name", Schema.string), ("model_version", Schema.string),
                ("parameters", Schema.map(Schema.any)),
                (
                    "outputs",
                    Schema.list(Schema.request(required: [("name", output)], [("parameters", outputParameters)]))
                ),
            ])
    }

    /// Others belong to other servers.
    private static let outputParameters = Schema.object(
        [
            ("binary_data", Schema.optional(Schema.boolean)),
            ("classification", Schema.optional(Schema.integer(0...1_000_000))),
        ], optional: ["binary_data", "classification"])

    private static let inferResponse = Schema.object(
        [
            ("model_name", Schema.string), ("model_version", Schema.string), ("id", Schema.string),
            (
                "outputs",
                Schema.list(
                    Schema.object(
                        [
                            ("name", Schema.string), ("datatype", Schema.choice(TensorDatatype.self)),
                            ("shape", Schema.list(Schema.integer(from: 0))), ("data", Schema.list(Schema.any)),
                            ("parameters", Schema.map(Schema.any)),
                        ], optional: ["data", "parameters"]))
            ),
        ], optional: ["id"])
}
