package import JSON

extension TrainingRequest {
    /// Reads a request. Every member is checked as far as it can be without the data and the model.
    /// - Throws: for the first member that is missing, unknown or out of range, with its path.
    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        let dataset = try fields.required("dataset", fields.string("dataset"))
        guard !dataset.isEmpty else { throw fields.error("dataset", "the name of a dataset", .string(dataset)) }
        self.init(dataset: dataset, source: try TrainingSource(&fields))
        try readModel(&fields)
        try readProcedure(&fields)
        try readOutcome(&fields)
        try fields.finish()
    }

    private mutating func readModel(_ fields: inout JSONFields) throws(FieldError) {
        if let patterns = try fields.strings("freeze") {
            guard case .base = source else {
                throw fields.error("freeze", "nothing without a \"base\"", JSONValue(patterns))
            }
            if let index = patterns.firstIndex(of: "") {
                throw fields.error("freeze[\(index)]", "a parameter's name or a pattern", "")
            }
            freeze = FreezePatterns(patterns)
        }
        output = try fields.string("output")
        if let output, case .preset = source {
            throw fields.error("output", "nothing with a \"preset\", which has one output", .string(output))
        }
        preprocessing = fields.value("preprocessing")
        augmentation = fields.value("augmentation")
        data = try DataMembers.read(&fields)
    }

    private mutating func readProcedure(_ fields: inout JSONFields) throws(FieldError) {
        epochs = try fields.integer("epochs", in: 1...1_000_000) ?? epochs
        batchSize = try fields.integer("batch_size", in: 1...65_536) ?? batchSize
        seed = try fields.integer("seed", in: 0...Int.max) ?? seed
        threads = try fields.integer("threads", in: 1...1_024)
        shuffles = try fields.bool("shuffle") ?? shuffles
        if let value = fields.value("optimizer") { optimizer = try OptimizerOptions(json: value) }
        if let value = fields.value("gradient_clip") { gradientClip = try GradientClip(json: value) }
        if let value = fields.value("schedule") { schedule = try ScheduleOptions(json: value) }
        if let value = fields.value("loss") { loss = try LossOptions(json: value) }
        if let value = fields.value("early_stopping") { earlyStopping = try EarlyStoppingOptions(json: value) }
        memoryLimit = try fields.integer("memory_limit_mb", in: 16...1_000_000_000)
        try readLossShortcuts(&fields)
    }

    /// `class_weights` and `label_smoothing` beside the loss are its members.
    private mutating func readLossShortcuts(_ fields: inout JSONFields) throws(FieldError) {
        for name in ["class_weights", "label_smoothing"] {
            guard let value = fields.value(name) else { continue }
            switch loss.kind {
            case nil, .crossEntropy, .binaryCrossEntropy: break
            case let kind?: throw fields.error(name, "nothing with the loss \"\(kind.rawValue)\"", value)
            }
            guard name == "class_weights" ? loss.classWeights == nil : loss.labelSmoothing == 0 else {
                throw FieldError(path: name, expected: "nothing beside \"loss.\(name)\"", found: "another")
            }
        }
        if let value = fields.value("class_weights") { loss.classWeights = try ClassWeights(json: value) }
        if let smoothing = try fields.number("label_smoothing", in: 0...0.999) { loss.labelSmoothing = smoothing }
    }

    private mutating func readOutcome(_ fields: inout JSONFields) throws(FieldError) {
        if let value = fields.value("publish") { publish = try PublishPolicy(json: value) }
        if let value = fields.value("checkpoint") { checkpoint = try CheckpointInterval(json: value) }
        if let value = fields.value("evaluation") { evaluation = try EvaluationOptions(json: value) }
        title = try fields.string("title")
        description = try fields.string("description")
    }

    /// The whole request, defaults filled in.
    package var json: JSONValue {
        JSONValue(
            members: [("dataset", .string(dataset))] + source.members + [
                ("output", output.map { .string($0) }), ("freeze", freeze.json),
                ("preprocessing", preprocessing), ("augmentation", augmentation), ("data", data),
                ("epochs", .integer(epochs)), ("batch_size", .integer(batchSize)), ("seed", .integer(seed)),
                ("threads", threads.map { .integer($0) }), ("shuffle", .bool(shuffles)), ("optimizer", optimizer.json),
                ("gradient_clip", gradientClip.json), ("schedule", schedule.json), ("loss", loss.json),
                ("early_stopping", earlyStopping?.json), ("memory_limit_mb", memoryLimit.map { .integer($0) }),
                ("publish", publish.json), ("checkpoint", checkpoint.json), ("evaluation", evaluation.json),
                ("title", title.map { .string($0) }), ("description", description.map { .string($0) }),
            ])
    }
}
