extension PublishPolicy {
    /// Whether a version goes live, and why.
    package struct Decision: Sendable, Equatable {
        package let publishes: Bool
        /// For people: "test_accuracy 0.97 is better than 0.95".
        package let reason: String
    }

    /// The figures that decide when the request names none, the first one that both versions have.
    private static let standardMetrics = ["test_accuracy", "validation_accuracy", "test_mse", "validation_mse"]

    /// Decides about a trained version.
    /// - Parameters:
    ///   - candidate: its figures on held-out rows, by split: `test_accuracy`.
    ///   - served: those of the served version on the same rows; nil when none is served.
    /// - Returns: the decision, with figures.
    package func decision(candidate: MetricList, served: MetricList?) -> Decision {
        switch self {
        case .never: return Decision(publishes: false, reason: "the request publishes nothing")
        case .always: return Decision(publishes: true, reason: "the request publishes always")
        case .ifBetter(let goal):
            guard let served else { return Decision(publishes: true, reason: "no version is served") }
            let known = Self.standardMetrics.first { candidate[$0] != nil && served[$0] != nil }
            guard let goal = goal ?? known.map({ MetricGoal($0) }) else {
                return Decision(publishes: false, reason: "there are no held-out rows to compare on")
            }
            guard let new = candidate[goal.name], let old = served[goal.name] else {
                return Decision(publishes: false, reason: "\(goal.name) is not known of both versions")
            }
            let isBetter = goal.isBetter(new, than: old)
            return Decision(
                publishes: isBetter, reason: "\(goal.name) \(new) is \(isBetter ? "" : "not ")better than \(old)")
        }
    }
}
