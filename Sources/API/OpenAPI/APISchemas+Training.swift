import JSON
import Jobs
import Training

/// The bodies of training.
extension APISchemas {
    static var training: [(String, JSONValue)] {
        [
            ("Job", job(isWhole: true)), ("JobSummary", job(isWhole: false)), ("JobEvent", jobEvent),
            ("Dataset", dataset), ("TrainRequest", trainRequest),
        ]
    }

    private static func job(isWhole: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", Schema.string), ("model", Schema.string), ("state", Schema.choice(JobState.self)),
            ("phase", Schema.optional(Schema.string)), ("epoch", Schema.integer(from: 0)),
            ("epochs", Schema.integer(from: 0)), ("step", Schema.integer(from: 0)),
            ("steps_per_epoch", Schema.integer(from: 0)), ("samples_per_second", Schema.number),
            ("eta_seconds", Schema.optional(Schema.number)), ("train_loss", Schema.optional(Schema.number)),
            ("metrics", Schema.map(Schema.any)), ("created", Schema.number),
            ("started", Schema.optional(Schema.number)), ("finished", Schema.optional(Schema.number)),
            ("reason", Schema.optional(Schema.string)), ("error", Schema.optional(failure)),
            ("version", Schema.optional(Schema.integer(from: 1))),
        ]
        if isWhole { members.append(("request", Schema.map(Schema.any))) }
        return Schema.object(members)
    }

    private static let failure = Schema.object(
        [("code", Schema.string), ("message", Schema.string), ("field", Schema.string)], optional: ["field"])

    private static let jobEvent = Schema.object([
        ("id", Schema.integer(from: 1)), ("job", Schema.string), ("time", Schema.number),
        ("type", Schema.choice(JobEvent.Kind.self)),
    ])

    private static let dataset = Schema.object(
        [
            ("name", Schema.string), ("format", Schema.choice(DatasetFormat.self)), ("digest", Schema.string),
            ("bytes", Schema.integer(from: 0)), ("features", Schema.map(Schema.any)),
            ("columns", Schema.list(Schema.map(Schema.any))), ("rows", Schema.map(Schema.integer(from: 0))),
            ("report", Schema.any),
        ], optional: ["features", "report"])

    static let evaluation = Schema.object(
        [
            ("model_name", Schema.string), ("model_version", Schema.string),
            ("dataset", Schema.object([("name", Schema.string), ("digest", Schema.string)])),
            ("split", Schema.choice(Split.self)), ("rows", Schema.integer(from: 0)),
            ("metrics", Schema.map(Schema.any)), ("report", Schema.map(Schema.any)),
            ("comparison", Schema.map(Schema.any)),
        ], optional: ["comparison"])

    static var evaluationRequest: JSONValue {
        Schema.request(
            required: [("dataset", APIParameter.datasetName)],
            [
                ("split", Schema.choice(Split.self)), ("output", Schema.string),
                ("compare_with", Schema.integer(1...APIParameter.maximumVersion)),
                ("top_k", Schema.integer(1...100_000)), ("slices", Schema.list(Schema.string)),
            ] + data)
    }

    /// What a request says of its data: the words of docs/datasets.md.
    private static let data: [(String, JSONValue)] = [
        ("data", ["type": "object"]), ("target", Schema.string), ("splits", ["type": "object"]),
        ("sizes", ["type": "object"]),
    ]

    // MARK: The train request

    /// What docs/train-request.md says, as far as a schema can say it.
    private static var trainRequest: JSONValue {
        let sources: [(String, JSONValue)] = [
            ("preset", Schema.string), ("architecture", ["type": "object"]), ("base", base),
        ]
        return Schema.any(
            of: sources.map { source in
                let frozen = source.0 == "base" ? [("freeze", Schema.list(Schema.string.with("minLength", 1)))] : []
                let output = source.0 == "preset" ? [] : [("output", Schema.string)]
                return Schema.request(
                    required: [("dataset", APIParameter.datasetName), source],
                    frozen + output + procedure + outcome)
            })
    }

    private static let base = Schema.any(of: [
        ["type": "string", "pattern": "^[^/]+(/[1-9][0-9]{0,8})?$"],
        Schema.request(
            required: [("model", Schema.string.with("minLength", 1))],
            [("version", Schema.integer(1...APIParameter.maximumVersion))]),
    ])

    private static var procedure: [(String, JSONValue)] {
        [
            ("preprocessing", Schema.any), ("augmentation", Schema.any), ("target", Schema.any),
            ("splits", Schema.any), ("sizes", Schema.any), ("epochs", Schema.integer(1...1_000_000)),
            ("batch_size", Schema.integer(1...65_536)), ("seed", Schema.integer(0...Int.max)),
            ("threads", Schema.integer(1...1024)), ("shuffle", Schema.boolean), ("optimizer", optimizer),
            ("gradient_clip", gradientClip), ("schedule", schedule), ("loss", loss),
            ("early_stopping", earlyStopping), ("memory_limit_mb", Schema.integer(16...1_000_000_000)),
        ]
    }

    private static var outcome: [(String, JSONValue)] {
        [
            ("publish", publish),
            (
                "checkpoint",
                Schema.request([
                    ("every_steps", Schema.integer(1...1_000_000_000)), ("every_seconds", Schema.number(0.1...86_400)),
                ])
            ),
            (
                "evaluation",
                Schema.request([
                    ("top_k", Schema.integer(1...100_000)), ("slices", Schema.list(Schema.string)),
                ])
            ), ("title", Schema.string), ("description", Schema.string),
        ]
    }

    /// A declaration that has a name and members: the name alone will do where no member is required.
    private static func named(
        _ name: String, _ members: [(String, JSONValue)], required: [(String, JSONValue)] = [], by key: String = "name"
    ) -> [JSONValue] {
        let object = Schema.request(required: [(key, Schema.constant(.string(name)))] + required, members)
        return required.isEmpty ? [Schema.constant(.string(name)), object] : [object]
    }

    private static var optimizer: JSONValue {
        let factor = Schema.number(0...0.999_999)
        let common: [(String, JSONValue)] = [
            ("formula", Schema.choice(OptimizerOptions.Formula.self)), ("learning_rate", Schema.number(0...1000)),
            ("weight_decay", Schema.number(0...1000)),
            ("decay", Schema.choice(OptimizerOptions.DecayedParameters.self)),
        ]
        let epsilon = ("epsilon", Schema.number(1e-16...1))
        let adam = common + [("beta1", factor), ("beta2", factor), epsilon]
        let rmsprop = common + [epsilon, ("momentum", factor), ("centered", Schema.boolean)]
        return Schema.any(
            of: named("sgd", common + [("momentum", factor), ("dampening", Schema.number(0...1))])
                + [
                    Schema.request(
                        required: [
                            ("name", Schema.constant("sgd")), ("momentum", Schema.number(1e-6...0.999_999)),
                            ("nesterov", Schema.boolean),
                        ], common)
                ]
                + named("adam", adam) + named("adamw", adam) + named("rmsprop", rmsprop + [("alpha", factor)])
                + named("rmsprop", rmsprop, required: [("rho", factor)])
                + named(
                    "adagrad",
                    common + [
                        epsilon, ("learning_rate_decay", Schema.number(0...1)),
                        ("initial_accumulator", Schema.number(0...1e6)),
                    ]))
    }

    private static let gradientClip = Schema.any(of: [
        Schema.request(required: [("norm", Schema.number(1e-12...1e12))]),
        Schema.request(required: [("value", Schema.number(1e-12...1e12))]),
    ])

    private static var schedule: JSONValue {
        let warmUp = Schema.any(of: [
            Schema.request(
                required: [("epochs", Schema.number(0...100_000))], [("start_factor", Schema.number(0...1))]),
            Schema.request(
                required: [("steps", Schema.integer(0...1_000_000_000))], [("start_factor", Schema.number(0...1))]),
        ])
        let common: [(String, JSONValue)] = [("warmup", warmUp)]
        let counted = common + [("per", Schema.choice(ScheduleOptions.Unit.self))]
        let units = Schema.integer(1...1_000_000_000)
        let factor = ("factor", Schema.number(0...1))
        return Schema.any(
            of: named("constant", common) + named("step", counted + [factor], required: [("every", units)])
                + named("step", counted + [factor], required: [("at", Schema.list(units, count: 1))])
                + named("exponential", counted, required: [factor])
                + named("cosine", counted + [("length", units), ("minimum", Schema.number(0...1000))])
                + named(
                    "reduce_on_plateau",
                    common + goal + [
                        ("factor", Schema.number(0...0.999_999)), ("patience", Schema.integer(0...100_000)),
                        ("threshold", Schema.number(0...1e6)), ("threshold_mode", Schema.choice(["rel", "abs"])),
                        ("cooldown", Schema.integer(0...100_000)), ("minimum", Schema.number(0...1000)),
                    ]))
    }

    /// A figure of an epoch.
    private static let goal: [(String, JSONValue)] = [
        ("metric", Schema.choice(["train_loss", "validation_loss"])), ("mode", Schema.choice(["min", "max"])),
    ]

    private static var loss: JSONValue {
        let weights = Schema.any(of: [
            Schema.constant("balanced"), Schema.list(Schema.number(0...1e6)), Schema.map(Schema.number(0...1e6)),
        ])
        let entropy: [(String, JSONValue)] = [
            ("from_logits", Schema.boolean), ("label_smoothing", Schema.number(0...0.999)), ("class_weights", weights),
        ]
        return Schema.any(
            of: named("cross_entropy", entropy) + named("binary_cross_entropy", entropy) + named("mse", [])
                + named("mae", []) + named("huber", [("delta", Schema.number(1e-6...1e6))]))
    }

    private static let earlyStopping = Schema.request(
        goal + [
            ("patience", Schema.integer(1...100_000)), ("min_delta", Schema.number(0...1e6)),
            ("start_epoch", Schema.integer(0...100_000)), ("restore_best", Schema.boolean),
        ])

    private static var publish: JSONValue {
        let metrics = Schema.choice(["validation_accuracy", "test_accuracy", "test_f1_macro", "test_mse", "test_mae"])
        return Schema.any(
            of: ["never", "always"].flatMap { named($0, [], by: "when") }
                + named("if_better", [], by: "when")
                + named(
                    "if_better", [("mode", Schema.choice(["min", "max"]))], required: [("metric", metrics)], by: "when")
        )
    }
}
