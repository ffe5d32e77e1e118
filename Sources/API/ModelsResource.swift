import Graphs
import HTTP
import JSON
import Serving

/// `/v1/models`, `/v1/models/{m}` and `/v1/models/{m}/status`.
struct ModelsResource: Sendable {
    let repository: ModelRepository

    /// The names of the models that serve, as KServe lists them, and the state of every version with its reason.
    func index() -> HTTPResponse {
        let index = repository.index()
        var names = [String]()
        for status in index where status.state == .ready && names.last != status.model { names.append(status.model) }
        return .json { writer in
            writer.beginObject()
            writer.key("models")
            writer.beginArray()
            for name in names { writer.append(name) }
            writer.endArray()
            writer.key("index")
            writer.beginArray()
            for status in index {
                writer.beginObject()
                writer.key("name")
                writer.append(status.model)
                writer.appendState(status)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
    }

    /// What TensorFlow Serving (`model_version_status`) and KServe (`name`, `ready`) answer, in one object.
    func model(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        let statuses = try statuses(of: name, version: version)
        return .json { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.key("ready")
            writer.append(statuses.contains { $0.state == .ready })
            writer.key("model_version_status")
            writer.beginArray()
            for status in statuses { writer.appendTensorFlowStatus(status) }
            writer.endArray()
            writer.endObject()
        }
    }

    /// Everything about the versions of a model: state, reason, load time, tensors, statistics.
    func status(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        let statuses = try statuses(of: name, version: version)
        let ready = statuses.compactMap { status in
            status.version.flatMap { try? repository.version(of: name, $0) }
        }
        return .json(capacity: 2048) { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.key("ready")
            writer.append(!ready.isEmpty)
            if let configuration = ready.first?.configuration.model {
                writer.key("description")
                writer.append(configuration.description)
                writer.key("class_names")
                writer.beginArray()
                for className in ready.first?.classNames ?? [] { writer.append(className) }
                writer.endArray()
            }
            writer.key("versions")
            writer.beginArray()
            for status in statuses {
                writer.beginObject()
                writer.appendState(status)
                if let loaded = ready.first(where: { $0.number == status.version }) { writer.appendVersion(loaded) }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
    }

    private func statuses(of name: String, version: Int?) throws(APIError) -> [VersionStatus] {
        do throws(ServingError) {
            let statuses = try repository.model(named: name)
            guard let version else { return statuses }
            let wanted = statuses.filter { $0.version == version }
            if wanted.isEmpty { throw .versionNotFound(model: name, version: version) }
            return wanted
        } catch {
            throw .serving(error)
        }
    }
}
