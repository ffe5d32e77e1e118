/// What metrics tell requests apart by: few, so that nobody can make many time series.
enum RouteGroup: UInt8, CaseIterable {
    case predict, infer, models, repository, health, metrics, training, other
    /// Messages that never became a request, or whose path names nothing.
    case none

    /// Its place in a table.
    var code: UInt8 { rawValue }

    /// Its name in metrics.
    var label: String { String(describing: self) }
}

extension Route {
    /// What metrics call the resource.
    var group: RouteGroup {
        switch self {
        case .predict, .predictLabel, .examples: .predict
        case .openInference(let route): route.group
        case .models, .model, .status, .card, .metadata, .metadataLabel, .labels, .batching, .versions: .models
        case .load, .unload, .reload, .label, .rollback: .repository
        case .liveness, .readiness, .startup: .health
        case .metrics: .metrics
        case .control: .training
        case .root, .openAPI, .docs: .other
        }
    }
}
