import Synchronization

/// Loading and unloading single versions.
extension ModelRepository {
    /// Loads a version, so that it can be asked by its number, and keeps it loaded whatever serves. For nil, looks at
    /// the whole model again.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, or why the version cannot be loaded.
    package func load(_ name: String, _ number: Int? = nil) throws(ServingError) {
        guard let number else { return try rescan(name) }
        try changes.exclusively(name) { () throws(ServingError) in
            _ = try loaded(name, number)
            state.withLock { _ = $0.models[name]?.kept.insert(number) }
        }
    }

    /// Reads versions again that are loaded, whether their files changed or not, and then looks at the model as
    /// `rescan` does. Requests in flight are answered by what was loaded before, which goes on when what is on disk is
    /// refused.
    /// - Parameters:
    ///   - name: The model.
    ///   - number: One version, which is loaded if it is not; all that are loaded for nil.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, or why what is on disk cannot be loaded.
    package func reload(_ name: String, _ number: Int? = nil) throws(ServingError) {
        guard FoundModel.isName(name) else { throw .modelNotFound(name) }
        try changes.exclusively(name) { () throws(ServingError) in
            let (model, _, settings) = try find(name)
            let ready = state.withLock { $0.models[name]?.ready.map(\.number) } ?? []
            for number in number.map({ [$0] }) ?? ready.sorted(by: >) {
                // A version that is not on disk any more has nothing to be read again.
                if ready.contains(number), !model.versions.contains(where: { $0.number == number }) { continue }
                _ = try load(model, number, settings, always: true)
                let refusal = state.withLock { $0.models[name]?.versions[number]?.refusal }
                if let refusal { throw refusal.error }
            }
        }
        if number == nil { try rescan(name) }
    }

    /// Unloads a version that does not serve, or all versions of a model for nil. Requests in flight are answered.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound` or `.versionServes`.
    package func unload(_ name: String, _ number: Int? = nil) throws(ServingError) {
        try changes.exclusively(name) { () throws(ServingError) in
            let model = state.withLock { $0.models[name] }
            guard let model else { throw .modelNotFound(name) }
            if let number {
                guard model.versions[number] != nil else { throw .versionNotFound(model: name, version: number) }
                guard model.serving?.number != number else { throw .versionServes(model: name, version: number) }
            }
            _ = state.withLock { $0.unload(name, number, now: Self.now()) }
            freedMemory.giveBackSoon()
        }
    }

    /// The version if it is loaded and its files did not change since; reads it otherwise. A version that is loaded goes
    /// on when its changed files are refused, which is noted.
    /// - Parameters:
    ///   - model: What is on disk.
    ///   - number: The version.
    ///   - settings: The model's.
    ///   - always: Whether to read files that did not change, too.
    /// - Returns: What is loaded then.
    /// - Throws: `ServingError.evicted` when it waits for its first request, because there is no room for it at the start;
    ///   else why it cannot be loaded.
    func load(
        _ model: FoundModel, _ number: Int, _ settings: ModelConfiguration, always: Bool = false
    ) throws(ServingError) -> ModelVersion {
        guard let version = model.versions.first(where: { $0.number == number }) else {
            throw .versionNotFound(model: model.name, version: number)
        }
        let files = model.fingerprint(of: version)
        let (entry, isStopping) = state.withLock { ($0.models[model.name]?.versions[number], $0.isStopping) }
        let known = entry?.phase.version
        if let known, !always, entry?.files == files { return known }
        guard !isStopping else { throw .shuttingDown }
        try leaveForLater(version, of: model.name)
        // A version that serves is ready until another one takes its place.
        if known == nil { state.withLock { $0.set(model.name, number, .loading, now: Self.now()) } }
        do throws(ServingError) {
            // For what was good before, others go first. What may yet be refused disturbs nobody until it is loaded.
            if entry?.isEvicted == true { makeRoom(for: version.directory.byteCount, sparing: known) }
            let loaded = try loader.load(version, of: model.name, settings)
            try checkBudget(loaded)
            _ = state.withLock { $0.replace(model.name, with: loaded, files, now: Self.now()) }
            makeRoom(for: 0, sparing: loaded)
            if known != nil { freedMemory.giveBackSoon() }
            return loaded
        } catch {
            let refusal = (error: error, since: Self.now())
            guard let known else {
                state.withLock { $0.set(model.name, number, .failed(error.description), now: refusal.since) }
                throw error
            }
            state.withLock { $0.models[model.name]?.versions[number]?.refusal = refusal }
            return known
        }
    }

    /// A version of a known model, loaded now if it is not yet. Called by changes, one at a time.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, or `.notReady` with the reason why it cannot be loaded.
    func loaded(_ name: String, _ number: Int) throws(ServingError) -> ModelVersion {
        guard let model = state.withLock({ $0.models[name] }) else { throw .modelNotFound(name) }
        if let version = model.ready(number) { return version }
        guard model.versions[number] != nil else { throw .versionNotFound(model: name, version: number) }
        do throws(ServingError) {
            let found = try FoundModel(name: name, in: Directory(root: configuration.directory))
            return try load(found, number, loader.configuration(in: found.directory))
        } catch {
            if case .shuttingDown = error { throw error }
            throw .notReady(model: name, version: number, state: .failed, reason: error.description)
        }
    }
}
