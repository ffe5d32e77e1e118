import JSON

/// The parameters of the API: those in paths, which the document names once, and those of queries and heads.
enum APIParameter {
    /// A name of a model or of a label.
    static let name: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"]

    /// Those that stand in paths, by name.
    static var path: JSONValue {
        .object(
            [
                ("model", "The name of a model", name),
                ("version", "The number of a version", Schema.integer(1...maximumVersion)),
                ("label", "A label of a version", name),
                ("dataset", "The name of a dataset", datasetName),
                ("job", "The id of a job", name),
            ].map { name, text, schema in
                JSONMember(
                    name,
                    [
                        "name": .string(name), "in": "path", "required": true, "description": .string(text),
                        "schema": schema,
                    ])
            })
    }

    static let maximumVersion = 2_147_483_647
    static let datasetName: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"]

    static func query(_ name: String, _ text: String, _ schema: JSONValue, isRequired: Bool = false) -> JSONValue {
        parameter(name, in: "query", text, schema, isRequired)
    }

    static func field(_ name: String, _ text: String, _ schema: JSONValue) -> JSONValue {
        parameter(name, in: "header", text, schema, false)
    }

    private static func parameter(
        _ name: String, in place: String, _ text: String, _ schema: JSONValue, _ isRequired: Bool
    ) -> JSONValue {
        [
            "name": .string(name), "in": .string(place), "required": .bool(isRequired), "description": .string(text),
            "schema": schema,
        ]
    }

    static let topCount = query("top_k", "So many of the likeliest classes, with scores", Schema.integer(1...1_000_000))
    /// When a prediction is to be computed.
    static let schedule = [
        field(
            "X-Request-Timeout-Ms", "Milliseconds after which the answer is of no use (504)",
            Schema.integer(1...86_400_000)),
        field(
            "X-Request-Priority", "Who goes first: high, normal or low, or 1, 2 or 3",
            [
                "type": "string",
                "pattern": "^([Hh][Ii][Gg][Hh]|[Nn][Oo][Rr][Mm][Aa][Ll]|[Ll][Oo][Ww]|[0-9]{1,18})$",
            ]),
    ]
    static let after = query("after", "The number of the last event that is known", Schema.integer(0...Int.max))
    static let limit = query("limit", "Most of them", Schema.integer(1...100_000))
    static let lastEvent = field("Last-Event-ID", "As `after`", Schema.integer(0...Int.max))
    static let stream = query("stream", "Whether to send events as they happen", Schema.choice(["true", "false"]))
}
