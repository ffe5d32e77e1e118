import HTTP
import JSON
import Serving

/// `/livez` and `/readyz`, which orchestrators ask, and `/`, which people do.
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

    /// 200 between loading and draining, when at least one model serves or none was found; otherwise 503.
    func readinessStatus() -> HTTPResponse {
        let phase = readiness.phase
        let index = repository.index()
        let ready = index.count { $0.state == .ready }
        let failed = index.count { $0.state == .failed }
        let isReady = phase == .ready && (ready > 0 || failed == 0)
        let status: HTTPStatus = isReady ? .ok : .serviceUnavailable
        return .json(status: status) { writer in
            writer.beginObject()
            writer.key("ready")
            writer.append(isReady)
            writer.key("phase")
            writer.append(phase.rawValue)
            writer.key("versions_ready")
            writer.append(ready)
            writer.key("versions_failed")
            writer.append(failed)
            writer.endObject()
        }
    }
}
