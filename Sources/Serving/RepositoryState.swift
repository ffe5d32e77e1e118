/// What a repository knows of its models; guarded by the repository's lock.
struct RepositoryState {
    /// What a version does.
    enum Phase {
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

    private struct Model {
        /// Why the model as a whole is refused; its versions are not listed then.
        var refusal: (reason: String, since: Double)?
        var versions: [Int: (phase: Phase, since: Double)] = [:]
        /// The newest version that serves.
        var newest: ModelVersion?
    }

    private var models: [String: Model] = [:]

    // MARK: Changing

    mutating func add(_ found: FoundModel, now: Double) {
        var model = Model()
        for version in found.versions {
            model.versions[version.number] = (.unavailable("is not among the newest versions"), now)
        }
        models[found.name] = model
    }

    mutating func refuse(_ name: String, reason: String, now: Double) {
        models[name] = Model(refusal: (reason, now))
    }

    mutating func set(_ name: String, _ number: Int, _ phase: Phase, now: Double) {
        models[name]?.versions[number] = (phase, now)
        let ready = models[name]?.versions.values.compactMap(\.phase.version) ?? []
        models[name]?.newest = ready.max { $0.number < $1.number }
    }

    // MARK: Looking up

    var names: [String] { models.keys.sorted() }

    var readyVersions: [ModelVersion] { models.values.flatMap { $0.versions.values.compactMap(\.phase.version) } }

    var index: [VersionStatus] { names.flatMap { statuses(of: $0) ?? [] } }

    /// nil for an unknown name.
    func statuses(of name: String) -> [VersionStatus]? {
        guard let model = models[name] else { return nil }
        if let (reason, since) = model.refusal {
            return [
                VersionStatus(model: name, version: nil, state: .failed, reason: reason, since: since, load: nil)
            ]
        }
        return model.versions.sorted { $0.key < $1.key }.map { number, entry in
            VersionStatus(
                model: name, version: number, state: entry.phase.state, reason: entry.phase.reason,
                since: entry.since, load: entry.phase.version?.load)
        }
    }

    func find(_ name: String, _ number: Int?) -> Result<ModelVersion, ServingError> {
        guard let model = models[name] else { return .failure(.modelNotFound(name)) }
        if number == nil, let newest = model.newest { return .success(newest) }
        if let (reason, _) = model.refusal {
            return .failure(.notReady(model: name, version: number, state: .failed, reason: reason))
        }
        guard let wanted = number ?? model.versions.keys.max(), let phase = model.versions[wanted]?.phase else {
            return .failure(.versionNotFound(model: name, version: number ?? 0))
        }
        if let version = phase.version { return .success(version) }
        return .failure(.notReady(model: name, version: number, state: phase.state, reason: phase.reason))
    }
}
