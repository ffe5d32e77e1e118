package import JSON

/// When training ends before its last epoch, as a train request declares it.
package struct EarlyStoppingOptions: Sendable, Equatable {
    package var goal = MetricGoal("validation_loss")
    /// Epochs without improvement after which training stops, at least 1.
    package var patience = 10
    /// The change that counts as an improvement.
    package var minimumChange = 0.0
    /// Epochs at the start that are not looked at.
    package var firstEpoch = 0
    /// Whether the model goes back to its best epoch at the end.
    package var restoresBest = true

    package init() {}

    /// Reads `{"metric": "validation_loss", "patience": 5, "min_delta": 0, "restore_best": true}`.
    package init(json: JSONValue, path: String = "early_stopping") throws(FieldError) {
        var fields = try JSONFields(json, path: path)
        goal = try MetricGoal(&fields, default: "validation_loss")
        try MetricNames.checkEpochs(goal, path: fields.path(of: "metric"))
        patience = try fields.integer("patience", in: 1...100_000) ?? patience
        minimumChange = try fields.number("min_delta", in: 0...1e6) ?? minimumChange
        firstEpoch = try fields.integer("start_epoch", in: 0...100_000) ?? firstEpoch
        restoresBest = try fields.bool("restore_best") ?? restoresBest
        try fields.finish()
    }

    /// The whole declaration.
    package var json: JSONValue {
        JSONValue(
            members: goal.members + [
                ("patience", .integer(patience)), ("min_delta", .number(minimumChange)),
                ("start_epoch", .integer(firstEpoch)), ("restore_best", .bool(restoresBest)),
            ])
    }
}
