package import JSON

/// Whether a trained version goes live.
package enum PublishPolicy: Sendable, Equatable {
    case never
    case always
    /// When it is better than the served version on the same held-out data by this metric; nil for the standard one of
    /// the task: accuracy for classes, mean squared error for values. Without a served version it goes live.
    case ifBetter(MetricGoal?)

    private enum Name: String, CaseIterable {
        case never, always
        case ifBetter = "if_better"
    }

    /// Reads `"always"` or `{"when": "if_better", "metric": "test_accuracy"}`.
    package init(json: JSONValue, path: String = "publish") throws(FieldError) {
        self = try NamedDeclaration.read(json, path: path, name: "when") { fields throws(FieldError) in
            switch try fields.required("when", fields.choice("when", of: Name.self)) {
            case .never: .never
            case .always: .always
            case .ifBetter: .ifBetter(try Self.goal(&fields))
            }
        }
    }

    private static func goal(_ fields: inout JSONFields) throws(FieldError) -> MetricGoal? {
        guard fields.has("metric") else { return nil }
        let goal = try MetricGoal(&fields, default: "")
        try MetricNames.checkReports(goal, path: fields.path(of: "metric"))
        return goal
    }

    /// The declaration.
    package var json: JSONValue {
        switch self {
        case .never: "never"
        case .always: "always"
        case .ifBetter(nil): "if_better"
        case .ifBetter(let goal?):
            JSONValue(members: [("when", .string(Name.ifBetter.rawValue))] + goal.members)
        }
    }
}
