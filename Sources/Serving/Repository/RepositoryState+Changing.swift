/// Each change returns the versions that nobody needs any more, so that they are freed after the lock is released.
extension RepositoryState {
    typealias Released = [ModelVersion]

    /// Notes which versions of a model are on disk, and how they are to be served. What is loaded goes on.
    mutating func add(
        _ name: String, numbers: [Int], labels: VersionLabels, policy: VersionPolicy, defaultLabel: String, now: Double
    ) {
        var model = models[name] ?? Model(policy: policy)
        model.refusal = nil
        model.refusedChange = nil
        model.labels = labels
        model.policy = policy
        model.defaultLabel = defaultLabel
        for number in numbers where model.versions[number] == nil {
            model.versions[number] = Version(phase: .unavailable(policy.exclusion), since: now)
        }
        for (number, entry) in model.versions where !numbers.contains(number) && entry.phase.version == nil {
            model.versions[number] = nil
        }
        models[name] = model
    }

    /// Notes why no version of a model can serve.
    mutating func refuse(_ name: String, reason: String, policy: VersionPolicy, now: Double) -> Released {
        let released = models[name]?.ready ?? []
        models[name] = Model(refusal: (reason, now), policy: policy)
        return released
    }

    /// Forgets a model that is not on disk any more.
    mutating func remove(_ name: String) -> Released { models.removeValue(forKey: name)?.ready ?? [] }

    /// Notes what a version does that is not loaded.
    mutating func set(_ name: String, _ number: Int, _ phase: VersionPhase, now: Double) {
        // Whoever asks while it is being loaded again waits for that.
        let isAwaited = phase.state == .loading && models[name]?.versions[number]?.isEvicted == true
        models[name]?.versions[number] = Version(phase: phase, since: now, isEvicted: isAwaited)
    }

    /// Notes a version that was loaded, in the place of one of the same number that was loaded before.
    mutating func replace(_ name: String, with version: ModelVersion, _ files: DirectoryFingerprint?, now: Double)
        -> Released
    {
        guard var model = models[name] else { return [] }
        let old = model.ready(version.number)
        model.versions[version.number] = Version(phase: .ready(version), since: now, files: files)
        model.unloaded.remove(version.number)
        if let old, model.serving === old { model.serving = version }
        models[name] = model
        return old.map { [$0] } ?? []
    }

    /// Lets a version answer from now on, if there is one, and makes labels count, which are written down but for the
    /// reason `unsaved`. What the model's version policy wants stays loaded, whatever serves.
    mutating func serve(
        _ name: String, _ version: ModelVersion?, _ labels: VersionLabels, unsaved: ServingError? = nil, now: Double
    ) -> Released {
        guard var model = models[name] else { return [] }
        // It may have been given up for the memory of another model meanwhile.
        if let version, model.ready(version.number) === version {
            model.serving = version
            model.isUnloaded = false
        }
        model.labels = labels
        model.unsaved = unsaved
        let needed = Self.needed(model)
        var released: Released = []
        for version in model.ready where !needed.contains(version.number) {
            released.append(version)
            let reason = "was unloaded, because neither the newest versions nor a label include it"
            model.versions[version.number] = Version(phase: .unavailable(reason), since: now)
        }
        models[name] = model
        return released
    }

    /// The versions to be kept loaded: what serves and what served before it, what has a label, what somebody loaded,
    /// and what the version policy names.
    private static func needed(_ model: Model) -> Set<Int> {
        var needed = model.kept.union(model.labels.versions.values)
        if let serving = model.serving { needed.insert(serving.number) }
        let allowedNumbers = model.versions.keys.filter(model.policy.allows)
        if let previous = model.labels.previous(among: allowedNumbers) { needed.insert(previous) }
        let allowed = model.ready.map(\.number).filter(model.policy.allows)
        return needed.union(allowed.sorted(by: >).prefix(model.policy.limit))
    }

    /// Lets go of versions that are not on disk any more. The one that serves goes on when nothing took its place.
    mutating func forget(_ name: String, allBut numbers: [Int]) -> Released {
        guard var model = models[name] else { return [] }
        var released: Released = []
        for version in model.ready
        where !numbers.contains(version.number) && model.serving?.number != version.number {
            released.append(version)
            model.versions[version.number] = nil
            model.kept.remove(version.number)
        }
        models[name] = model
        return released
    }

    /// Unloads one version, or all for nil, which must be known.
    mutating func unload(_ name: String, _ number: Int?, now: Double) -> Released {
        guard var model = models[name] else { return [] }
        let released = model.ready.filter { number == nil || $0.number == number }
        for (known, entry) in model.versions
        where (number == nil || known == number) && (entry.phase.version != nil || entry.isEvicted) {
            model.versions[known] = Version(phase: .unavailable("was unloaded on request"), since: now)
            model.kept.remove(known)
        }
        if let number { model.unloaded.insert(number) } else { model.isUnloaded = true }
        if number == nil || model.serving?.number == number { model.serving = nil }
        models[name] = model
        return released
    }

    /// Gives up a loaded version for the memory of others; a request for it loads it again.
    mutating func evict(_ version: ModelVersion, now: Double) -> Released {
        guard var model = models[version.modelName], model.ready(version.number) === version else { return [] }
        let reason = "was unloaded to stay within the memory budget; the next request for it loads it again"
        model.versions[version.number] = Version(phase: .unavailable(reason), since: now, isEvicted: true)
        if model.serving === version { model.serving = nil }
        models[version.modelName] = model
        return [version]
    }
}
