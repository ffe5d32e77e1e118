package import JSON

/// An evaluation as people read it.
package enum EvaluationText {
    /// - Parameter result: What `LocalEvaluation` or the API's evaluate gives.
    /// - Returns: A line for each figure.
    package static func text(_ result: JSONValue) -> String {
        var lines = [("rows", "\(result["rows"]?.int ?? 0) (\(result["split"]?.string ?? ""))")]
        let changes = result["comparison"]?["metrics"]
        for metric in result["metrics"]?.members ?? [] {
            var value = JobText.rounded(metric.value.double ?? .nan)
            if let other = changes?[metric.name]?["baseline"]?.double {
                let word = changes?[metric.name]?["better"]?.bool.map { $0 ? "better" : "worse" } ?? "equal"
                value += "  (\(word); the other version: \(JobText.rounded(other)))"
            }
            lines.append((metric.name, value))
        }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { $0.0 + String(repeating: " ", count: width + 2 - $0.0.count) + $0.1 + "\n" }.joined()
    }
}
