import Graphs
import HTTP
import JSON
import Serving

/// `/v1/models`, `/v1/models/{m}`, and `status`, `card`, `load` and `unload` of a model.
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

    /// Changes of labels that the status shows; all of them are at `/labels`.
    private static let shownChanges = 20

    /// Everything about the versions of a model: state, reason, load time, tensors, rows, labels, statistics.
    ///
    /// - Parameters:
    ///   - name: The model.
    ///   - version: One version; all for nil.
    ///   - jobs: The trainings under way, which may be those of the first version; nil for a server that does not train.
    /// - Returns: The answer.
    /// - Throws: `APIError.serving`.
    func status(_ name: String, version: Int?, jobs: [JSONValue]? = nil) throws(APIError) -> HTTPResponse {
        let model: ModelSnapshot
        do { model = try repository.snapshot(of: name) } catch {
            guard let jobs, !jobs.isEmpty, version == nil else { throw .serving(error) }
            return .json(["name": .string(name), "ready": false, "versions": [], "jobs": .array(jobs)])
        }
        let statuses = try Self.statuses(model.statuses, of: name, version: version)
        let ready = model.loaded.filter { version == nil || $0.number == version }
        return .json(capacity: 2048) { writer in
            writer.beginObject()
            writer.key("name")
            writer.append(name)
            writer.key("ready")
            writer.append(!ready.isEmpty)
            if let shown = ready.first(where: { $0 === model.serving }) ?? ready.last {
                writer.key("description")
                writer.append(shown.configuration.model.description)
                writer.key("class_names")
                writer.append(JSONValue(shown.classNames))
            }
            writer.key("default_version")
            if let serving = model.serving { writer.append(String(serving.number)) } else { writer.appendNull() }
            writer.appendLabels(model.labels)
            writer.key("label_history")
            writer.append(JSONValue.array(model.labels.history.suffix(Self.shownChanges).map(\.apiJSON)))
            writer.appendVersions(statuses) { status, writer in
                if let loaded = ready.first(where: { $0.number == status.version }) { writer.appendVersion(loaded) }
            }
            if let jobs {
                writer.key("jobs")
                writer.append(JSONValue.array(jobs))
            }
            writer.endObject()
        }
    }

    /// Loads a version, or, for nil, looks at the model's directory again. Reads files.
    /// - Returns: The status.
    func load(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        do { try repository.load(name, version) } catch { throw refusal(of: name, version, error) }
        return try status(name, version: version)
    }

    /// Reads a loaded version, or all for nil, again. Reads files.
    /// - Returns: The status.
    func reload(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        do { try repository.reload(name, version) } catch { throw refusal(of: name, version, error) }
        return try status(name, version: version)
    }

    /// Why something is not loaded. It is in the status, too, unless there is nothing of that name.
    private func refusal(of name: String, _ version: Int?, _ error: ServingError) -> APIError {
        if case .notReady = error { return .serving(error) }
        guard (try? statuses(of: name, version: version)) != nil else { return .serving(error) }
        return .serving(.notReady(model: name, version: version, state: .failed, reason: error.description))
    }

    /// Unloads a version that does not serve, or, for nil, the whole model.
    /// - Returns: The status.
    func unload(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        do { try repository.unload(name, version) } catch { throw .serving(error) }
        return try status(name, version: version)
    }

    /// The card of a version, as training wrote it. Reads a file.
    func card(_ name: String, version: Int?) throws(APIError) -> HTTPResponse {
        let card: JSONValue?
        do { card = try repository.card(of: name, version) } catch { throw .serving(error) }
        guard let card else { throw .noCard(model: name, version: version) }
        return .json(capacity: 4096) { $0.append(card) }
    }

    private func statuses(of name: String, version: Int?) throws(APIError) -> [VersionStatus] {
        let all: [VersionStatus]
        do { all = try repository.model(named: name) } catch { throw .serving(error) }
        return try Self.statuses(all, of: name, version: version)
    }

    /// The statuses that are asked for.
    private static func statuses(
        _ all: [VersionStatus], of name: String, version: Int?
    ) throws(APIError) -> [VersionStatus] {
        guard let version else { return all }
        let wanted = all.filter { $0.version == version }
        if wanted.isEmpty { throw .serving(.versionNotFound(model: name, version: version)) }
        return wanted
    }
}
