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
        let object: JSONValue = json.string == nil ? json : ["when": json]
        // A word alone is at fault itself, not a member of it.
        do throws(FieldError) {
            var fields = try JSONFields(object, path: path)
            let name = try fields.required("when", fields.choice("when", of: Name.self))
            switch name {
            case .never: self = .never
            case .always: self = .always
            case .ifBetter:
                self = .ifBetter(fields.has("metric") ? try MetricGoal(&fields, default: "") : nil)
            }
            try fields.finish()
        } catch {
            guard json.string != nil else { throw error }
            throw FieldError(path: path, expected: error.expected, found: error.found)
        }
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
