/// What a repository knows of its models; guarded by the repository's lock.
struct RepositoryState {
    struct Model {
        /// Why the model as a whole is refused; its versions are not listed then.
        var refusal: (reason: String, since: Double)?
        var versions: [Int: (phase: VersionPhase, since: Double)] = [:]
        var labels = VersionLabels()
        /// Why `labels` are not written down; nil when they are, or when there was no need yet.
        var unsaved: ServingError?
        /// The version that answers when none is named.
        var serving: ModelVersion?
        /// Versions that somebody loaded by their number.
        var kept: Set<Int> = []

        func ready(_ number: Int) -> ModelVersion? { versions[number]?.phase.version }
        var ready: [ModelVersion] { versions.values.compactMap(\.phase.version) }
    }

    /// Whether nothing is to be loaded any more.
    var isStopping = false
    var models: [String: Model] = [:]

    // MARK: Looking up

    var names: [String] { models.keys.sorted() }

    var readyVersions: [ModelVersion] { models.values.flatMap(\.ready) }

    var index: [VersionStatus] { names.flatMap { statuses(of: $0) ?? [] } }

    var stateCounts: [VersionState: Int] {
        var counts: [VersionState: Int] = [:]
        for model in models.values {
            if model.refusal != nil {
                counts[.failed, default: 0] += 1
            } else {
                for version in model.versions.values { counts[version.phase.state, default: 0] += 1 }
            }
        }
        return counts
    }

    /// nil for an unknown name.
    func statuses(of name: String) -> [VersionStatus]? {
        guard let model = models[name] else { return nil }
        if let (reason, since) = model.refusal {
            return [
                VersionStatus(
                    model: name, version: nil, state: .failed, reason: reason, since: since, load: nil,
                    isServing: false, labels: [])
            ]
        }
        return model.versions.sorted { $0.key < $1.key }.map { number, entry in
            VersionStatus(
                model: name, version: number, state: entry.phase.state, reason: entry.phase.reason,
                since: entry.since, load: entry.phase.version?.load, isServing: model.serving?.number == number,
                labels: model.labels.versions.filter { $0.value == number }.keys.sorted())
        }
    }

    func find(_ name: String, _ number: Int?) -> Result<ModelVersion, ServingError> {
        guard let model = models[name] else { return .failure(.modelNotFound(name)) }
        if number == nil, let serving = model.serving { return .success(serving) }
        if let (reason, _) = model.refusal {
            return .failure(.notReady(model: name, version: number, state: .failed, reason: reason))
        }
        guard let wanted = number ?? model.versions.keys.max(), let phase = model.versions[wanted]?.phase else {
            return .failure(.versionNotFound(model: name, version: number ?? 0))
        }
        if let version = phase.version { return .success(version) }
        return .failure(.notReady(model: name, version: number, state: phase.state, reason: phase.reason))
    }

    func find(_ name: String, label: String) -> Result<ModelVersion, ServingError> {
        guard let model = models[name] else { return .failure(.modelNotFound(name)) }
        guard let number = model.labels.versions[label] else {
            let known = model.labels.versions.keys.sorted()
            return .failure(.labelNotFound(model: name, label: label, known: known))
        }
        return find(name, number)
    }
}
