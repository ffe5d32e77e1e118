import JSON

/// When and how far the learning rate falls because a metric does not improve.
package struct PlateauOptions: Sendable, Equatable {
    package var goal = MetricGoal("validation_loss")
    /// What the learning rate is multiplied by.
    package var factor = 0.1
    /// Epochs without improvement that are let pass.
    package var patience = 10
    /// The relative change that counts as an improvement.
    package var threshold = 1e-4
    /// Whether `threshold` is an absolute change.
    package var isThresholdAbsolute = false
    /// Epochs after a fall during which none is counted.
    package var cooldown = 0
    /// Where the learning rate stops falling.
    package var minimum = 0.0

    package init() {}

    init(_ fields: inout JSONFields) throws(FieldError) {
        goal = try MetricGoal(&fields, default: "validation_loss")
        try MetricNames.checkEpochs(goal, path: fields.path(of: "metric"))
        factor = try fields.number("factor", in: 0...0.999_999) ?? factor
        patience = try fields.integer("patience", in: 0...100_000) ?? patience
        threshold = try fields.number("threshold", in: 0...1e6) ?? threshold
        isThresholdAbsolute = try fields.choice("threshold_mode", of: ThresholdMode.self) == .abs
        cooldown = try fields.integer("cooldown", in: 0...100_000) ?? cooldown
        minimum = try fields.number("minimum", in: 0...1_000) ?? minimum
    }

    var members: [(String, JSONValue?)] {
        goal.members + [
            ("factor", .number(factor)), ("patience", .integer(patience)), ("threshold", .number(threshold)),
            ("threshold_mode", .string((isThresholdAbsolute ? ThresholdMode.abs : .rel).rawValue)),
            ("cooldown", .integer(cooldown)), ("minimum", .number(minimum)),
        ]
    }

    private enum ThresholdMode: String, CaseIterable { case rel, abs }
}
