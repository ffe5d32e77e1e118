package import JSON

/// How often a training saves its whole state; whichever comes first.
package struct CheckpointInterval: Sendable, Equatable {
    /// Steps between two checkpoints; nil for no bound by steps.
    package var steps: Int?
    /// Seconds between two checkpoints; nil for no bound by time.
    package var seconds: Double?

    package init(steps: Int? = nil, seconds: Double? = 30) {
        self.steps = steps
        self.seconds = seconds
    }

    /// Reads `{"every_steps": 500, "every_seconds": 30}`; with neither, every 30 seconds.
    package init(json: JSONValue, path: String = "checkpoint") throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        let steps = try fields.integer("every_steps", in: 1...1_000_000_000)
        let seconds = try fields.number("every_seconds", in: 0.1...86_400)
        try fields.finish()
        self.init(steps: steps, seconds: seconds ?? (steps == nil ? 30 : nil))
    }

    /// The declaration.
    package var json: JSONValue {
        JSONValue(members: [
            ("every_steps", steps.map { .integer($0) }), ("every_seconds", seconds.map { .number($0) }),
        ])
    }
}
