/// What a repository knows of its models; guarded by the repository's lock.
struct RepositoryState {
    /// What is known of one version.
    struct Version {
        var phase: VersionPhase
        /// When that began, in seconds since 1970.
        var since: Double
        /// What was on disk when a loaded version was read.
        var files: DirectoryFingerprint?
        /// Why what is on disk now is not loaded instead; nil when it is, or was not looked at.
        var refusal: (error: ServingError, since: Double)?
        /// Whether it was given up for the memory of others, so that a request loads it again.
        var isEvicted = false
    }

    struct Model {
        /// Why the model as a whole is refused; its versions are not listed then.
        var refusal: (reason: String, since: Double)?
        var versions: [Int: Version] = [:]
        var labels = VersionLabels()
        /// Why `labels` are not written down; nil when they are, or when there was no need yet.
        var unsaved: ServingError?
        /// The version that `stable` means.
        var serving: ModelVersion?
        var policy: VersionPolicy
        /// The label whose version answers when none is named, if a version has it.
        var defaultLabel = VersionLabels.stable
        /// Versions that somebody loaded by their number.
        var kept: Set<Int> = []
        /// Versions that somebody unloaded, and whether that was the whole model: looking again does not load them.
        var unloaded: Set<Int> = []
        var isUnloaded = false
        /// Why the model's directory as it is now is not followed, while what is loaded goes on.
        var refusedChange: (error: ServingError, since: Double)?

        func ready(_ number: Int) -> ModelVersion? { versions[number]?.phase.version }
        var ready: [ModelVersion] { versions.values.compactMap(\.phase.version) }

        /// The number of the version that answers when none is named, loaded or not.
        var answeringNumber: Int? { labels.versions[defaultLabel] ?? labels.stable }

        /// The version that answers when none is named.
        var answering: ModelVersion? { labels.versions[defaultLabel].flatMap { ready($0) } ?? serving }
    }

    /// Whether nothing is to be loaded any more.
    var isStopping = false
    /// Whether the models are loaded for the first time.
    var isStarting = false
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
                    model: name, version: nil, state: .failed, reason: reason, since: since, load: nil, refusal: nil,
                    isServing: false, labels: [])
            ]
        }
        let answering = model.answering?.number
        return model.versions.sorted { $0.key < $1.key }.map { number, entry in
            let refusal = entry.phase.version == nil ? nil : entry.refusal ?? model.refusedChange
            return VersionStatus(
                model: name, version: number, state: entry.phase.state, reason: entry.phase.reason,
                since: entry.since, load: entry.phase.version?.load,
                refusal: refusal.map { .init(reason: $0.error.description, since: $0.since) },
                isServing: answering == number,
                labels: model.labels.versions.filter { $0.value == number }.keys.sorted())
        }
    }

    func find(_ name: String, _ number: Int?) -> Result<ModelVersion, ServingError> {
        guard let model = models[name] else { return .failure(.modelNotFound(name)) }
        if number == nil, let answering = model.answering { return .success(answering) }
        if let (reason, _) = model.refusal {
            return .failure(.notReady(model: name, version: number, state: .failed, reason: reason))
        }
        let meant = number ?? (model.isUnloaded ? nil : model.answeringNumber) ?? model.versions.keys.max()
        guard let wanted = meant, let entry = model.versions[wanted] else {
            return .failure(.versionNotFound(model: name, version: number ?? 0))
        }
        if let version = entry.phase.version { return .success(version) }
        if entry.isEvicted { return .failure(.evicted(model: name, version: wanted)) }
        return .failure(
            .notReady(model: name, version: number, state: entry.phase.state, reason: entry.phase.reason))
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
