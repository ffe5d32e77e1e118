/// Each change returns the versions that nobody needs any more, so that they are freed after the lock is released.
extension RepositoryState {
    typealias Released = [ModelVersion]

    /// Notes which versions of a model are on disk. What serves goes on, and so does what is loaded.
    mutating func add(_ name: String, numbers: [Int], labels: VersionLabels, now: Double) {
        var model = models[name] ?? Model()
        model.refusal = nil
        model.labels = labels
        for number in numbers where model.versions[number] == nil {
            model.versions[number] = (.unavailable("is not among the newest versions"), now)
        }
        for (number, entry) in model.versions where !numbers.contains(number) && entry.phase.version == nil {
            model.versions[number] = nil
        }
        models[name] = model
    }

    /// Notes why no version of a model can serve.
    mutating func refuse(_ name: String, reason: String, now: Double) -> Released {
        let released = models[name]?.ready ?? []
        models[name] = Model(refusal: (reason, now))
        return released
    }

    /// Forgets a model that is not on disk any more.
    mutating func remove(_ name: String) -> Released { models.removeValue(forKey: name)?.ready ?? [] }

    mutating func set(_ name: String, _ number: Int, _ phase: VersionPhase, now: Double) {
        models[name]?.versions[number] = (phase, now)
    }

    /// Lets a version answer from now on, if there is one, and makes labels count, which are written down but for the
    /// reason `unsaved`. As many as `limit` of the newest
    /// versions stay loaded, whatever serves.
    mutating func serve(
        _ name: String, _ version: ModelVersion?, _ labels: VersionLabels, unsaved: ServingError? = nil, limit: Int,
        now: Double
    ) -> Released {
        guard var model = models[name] else { return [] }
        if let version { model.serving = version }
        model.labels = labels
        model.unsaved = unsaved
        let needed = Self.needed(model, limit: limit)
        var released: Released = []
        for version in model.ready where !needed.contains(version.number) {
            released.append(version)
            let reason = "was unloaded, because neither the newest versions nor a label include it"
            model.versions[version.number] = (.unavailable(reason), now)
        }
        models[name] = model
        return released
    }

    /// The versions to be kept loaded: what serves and what served before it, what has a label, what somebody loaded,
    /// and the newest.
    private static func needed(_ model: Model, limit: Int) -> Set<Int> {
        var needed = model.kept.union(model.labels.versions.values)
        if let serving = model.serving { needed.insert(serving.number) }
        if let previous = model.labels.previous(among: model.versions.keys) { needed.insert(previous) }
        return needed.union(model.ready.map(\.number).sorted(by: >).prefix(limit))
    }

    /// Unloads one version, or all for nil, which must be known.
    mutating func unload(_ name: String, _ number: Int?, now: Double) -> Released {
        guard var model = models[name] else { return [] }
        let released = model.ready.filter { number == nil || $0.number == number }
        for version in released {
            model.versions[version.number] = (.unavailable("was unloaded on request"), now)
            model.kept.remove(version.number)
        }
        if number == nil { model.serving = nil }
        models[name] = model
        return released
    }
}
