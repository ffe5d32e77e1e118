import HTTP
import JSON
import Serving

/// `/livez`, `/startupz` and `/readyz`, which orchestrators ask, and `/`, which people do.
struct HealthResource: Sendable {
    let repository: ModelRepository
    let readiness: Readiness

    /// Says which program this is; KServe's clients look for `status`.
    func root() -> HTTPResponse {
        .json { writer in
            writer.beginObject()
            writer.key("status")
            writer.append("alive")
            writer.key("name")
            writer.append("apus")
            writer.key("models")
            writer.append("/v1/models")
            writer.endObject()
        }
    }

    /// 200 as long as the process answers at all; depends on no model.
    func liveness() -> HTTPResponse {
        .json { writer in
            writer.beginObject()
            writer.key("live")
            writer.append(true)
            writer.endObject()
        }
    }

    /// 200 once every model has been loaded or refused; until then 503.
    func startup() -> HTTPResponse {
        let isStarted = readiness.phase != .loading
        return .json(status: isStarted ? .ok : .serviceUnavailable) { writer in
            writer.beginObject()
            writer.key("started")
            writer.append(isStarted)
            writer.endObject()
        }
    }

    /// Between loading and draining, when at least one model serves or none was found.
    var isReady: Bool {
        guard readiness.phase == .ready else { return false }
        let counts = repository.stateCounts()
        return counts[.ready, default: 0] > 0 || counts[.failed, default: 0] == 0
    }

    /// 200 while requests are welcome, otherwise 503.
    /// - Parameter query: `verbose` asks for every version with its state and reason.
    /// - Returns: The phase and the number of versions in each state.
    func readinessStatus(query: String?) -> HTTPResponse {
        let phase = readiness.phase
        let counts = repository.stateCounts()
        let isReady = isReady
        let status: HTTPStatus = isReady ? .ok : .serviceUnavailable
        let isVerbose = (query ?? "").split(separator: "&").contains { $0 == "verbose" || $0.hasPrefix("verbose=") }
        return .json(status: status) { writer in
            writer.beginObject()
            writer.key("ready")
            writer.append(isReady)
            writer.key("phase")
            writer.append(phase.rawValue)
            writer.key("versions_ready")
            writer.append(counts[.ready, default: 0])
            writer.key("versions_loading")
            writer.append(counts[.loading, default: 0])
            writer.key("versions_failed")
            writer.append(counts[.failed, default: 0])
            if isVerbose {
                writer.key("versions")
                writer.beginArray()
                for status in repository.index() {
                    writer.beginObject()
                    writer.key("model")
                    writer.append(status.model)
                    writer.appendState(status)
                    writer.endObject()
                }
                writer.endArray()
            }
            writer.endObject()
        }
    }
}
