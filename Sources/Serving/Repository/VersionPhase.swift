/// What a version does, with what belongs to it.
enum VersionPhase: Sendable {
    case unavailable(String)
    case loading
    case ready(ModelVersion)
    case failed(String)

    var state: VersionState {
        switch self {
        case .unavailable: .unavailable
        case .loading: .loading
        case .ready: .ready
        case .failed: .failed
        }
    }

    var reason: String {
        switch self {
        case .unavailable(let reason), .failed(let reason): reason
        case .loading: "is being loaded"
        case .ready: ""
        }
    }

    var version: ModelVersion? {
        if case .ready(let version) = self { version } else { nil }
    }
}
