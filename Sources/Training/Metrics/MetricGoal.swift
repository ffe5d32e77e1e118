import JSON

/// A metric by name, and whether more of it is better.
package struct MetricGoal: Sendable, Equatable {
    /// As in the metrics of an epoch: `validation_loss`.
    package let name: String
    /// Whether more is better.
    package let isMaximized: Bool

    /// A goal whose direction the name says unless `isMaximized` does: errors and losses are to be small, all else
    /// large.
    package init(_ name: String, isMaximized: Bool? = nil) {
        self.name = name
        self.isMaximized = isMaximized ?? !Self.isError(name)
    }

    /// The rows that it is a figure of; nil for a name that says none.
    package var split: Split? { Split.allCases.first { name.hasPrefix("\($0.rawValue)_") } }

    /// Reads `"metric"` and `"mode"` ("min" or "max") of a larger object.
    init(_ fields: inout JSONFields, default metric: String) throws(FieldError) {
        let name = try fields.string("metric") ?? metric
        guard !name.isEmpty else { throw fields.error("metric", "a metric's name", "") }
        let mode = try fields.choice("mode", of: Mode.self)
        self.init(name, isMaximized: mode.map { $0 == .max })
    }

    /// The members that `init` reads.
    var members: [(String, JSONValue?)] {
        [("metric", .string(name)), ("mode", .string((isMaximized ? Mode.max : .min).rawValue))]
    }

    /// Whether `value` is better than `other` by more than `margin`; NaN never is, and anything is better than NaN.
    package func isBetter(_ value: Double, than other: Double, by margin: Double = 0) -> Bool {
        if value.isNaN || other.isNaN { return other.isNaN && !value.isNaN }
        return isMaximized ? value > other + margin : value < other - margin
    }

    private enum Mode: String, CaseIterable { case min, max }

    private static func isError(_ name: String) -> Bool {
        ["loss", "error", "mse", "mae", "rmse"].contains { name == $0 || name.hasSuffix("_\($0)") }
    }
}
