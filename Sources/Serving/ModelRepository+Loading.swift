import Dispatch
import ModelFormats
import Synchronization

/// Loading what is on disk.
extension ModelRepository {
    /// Finds the models and loads them side by side, then returns. Lookups work meanwhile, and each version serves as
    /// soon as it is ready. Call once, not on an event loop.
    /// - Throws: `ServingError.file` when the repository itself cannot be read.
    package func loadAll() throws(ServingError) {
        let root = try Directory(root: configuration.directory)
        StagingArea.sweep(root)
        var names: [String] = []
        for name in try root.names() {
            if root.hasDirectory(name) {
                // Known before the first is loaded, so that whoever asks early is told to wait.
                if (try? changes.exclusively(name, { () throws(ServingError) in try find(name) })) != nil {
                    names.append(name)
                }
            } else if ModelLoader.isModel(name) {
                refuseFile(name)
            }
        }
        let found = names
        DispatchQueue.concurrentPerform(iterations: found.count) { @Sendable index in
            // Why a model cannot be loaded is in the index.
            try? rescan(found[index])
        }
    }

    /// Looks at a model's directory again: loads it when it is new, lets a version serve that is newer than all that
    /// ever served, and forgets the versions and the model that are gone. What serves goes on as long as nothing
    /// better loads. Versions that were refused are tried again, versions that are loaded are not read again.
    /// - Throws: `ServingError.modelNotFound`, or why no version of the model can be loaded.
    package func rescan(_ name: String) throws(ServingError) {
        guard FoundModel.isName(name) else { throw .modelNotFound(name) }
        try changes.exclusively(name) { () throws(ServingError) in
            let (model, labels, configuration) = try find(name)
            try serveBest(of: model, labels, configuration)
        }
    }

    /// Notes what is on disk of a model, or why no version of it can be loaded.
    private func find(
        _ name: String
    ) throws(ServingError) -> (FoundModel, VersionLabels, ModelConfiguration) {
        let root = try Directory(root: configuration.directory)
        guard root.hasDirectory(name), !Publication.sweep(name, in: root) else {
            _ = state.withLock { $0.remove(name) }
            throw .modelNotFound(name)
        }
        do throws(ServingError) {
            let model = try FoundModel(name: name, in: root)
            let configuration = try VersionLoader.configuration(in: model.directory)
            let labels = try currentLabels(of: name, in: root)
            state.withLock { $0.add(name, numbers: model.versions.map(\.number), labels: labels, now: Self.now()) }
            return (model, labels, configuration)
        } catch {
            _ = state.withLock { state in
                // What is loaded goes on.
                guard state.models[name]?.ready.isEmpty != false else { return RepositoryState.Released() }
                return state.refuse(name, reason: error.description, now: Self.now())
            }
            throw error
        }
    }

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
        }
    }

    /// Loads the best version that can be loaded and lets it serve, then loads what should be loaded beside it.
    private func serveBest(
        of model: FoundModel, _ labels: VersionLabels, _ configuration: ModelConfiguration
    ) throws(ServingError) {
        var labels = labels
        var serving: ModelVersion?
        var refusal: ServingError?
        for number in labels.candidates(among: model.versions.map(\.number)) where serving == nil {
            do throws(ServingError) {
                serving = try load(model, number, configuration)
            } catch {
                refusal = refusal ?? error
            }
        }
        if let number = serving?.number, number != labels.stable { labels.serve(number, .found, time: Self.now()) }
        let chosen = labels
        let unsaved = state.withLock { $0.models[model.name]?.unsaved }
        serve(model.name, serving, chosen, unsaved: unsaved)
        if serving == nil, let refusal { throw refusal }
        for number in wanted(of: model, chosen) { _ = try? load(model, number, configuration) }
        var ready = state.withLock { $0.models[model.name]?.ready.count ?? 0 }
        for version in model.versions where ready < self.configuration.policy.limit {
            guard state.withLock({ $0.models[model.name]?.ready(version.number) }) == nil else { continue }
            if (try? load(model, version.number, configuration)) != nil { ready += 1 }
        }
        serve(model.name, nil, chosen, unsaved: unsaved)
    }

    /// The versions beside the one that serves that should be loaded: what rollback goes back to, as far as that
    /// served since labels are kept, what has a label, and what somebody loaded.
    private func wanted(of model: FoundModel, _ labels: VersionLabels) -> [Int] {
        let numbers = model.versions.map(\.number)
        var wanted = state.withLock { $0.models[model.name]?.kept } ?? []
        wanted.formUnion(labels.versions.values)
        if labels.served.count > 1, let previous = labels.previous(among: numbers) { wanted.insert(previous) }
        return wanted.filter(numbers.contains).sorted(by: >)
    }

    /// The version if it is loaded; loads it otherwise.
    private func load(
        _ model: FoundModel, _ number: Int, _ configuration: ModelConfiguration
    ) throws(ServingError) -> ModelVersion {
        let (known, isStopping) = state.withLock { ($0.models[model.name]?.ready(number), $0.isStopping) }
        if let known { return known }
        guard !isStopping else { throw .shuttingDown }
        guard let version = model.versions.first(where: { $0.number == number }) else {
            throw .versionNotFound(model: model.name, version: number)
        }
        state.withLock { $0.set(model.name, number, .loading, now: Self.now()) }
        do throws(ServingError) {
            let loaded = try loader.load(version, of: model.name, configuration)
            state.withLock { $0.set(model.name, number, .ready(loaded), now: Self.now()) }
            return loaded
        } catch {
            state.withLock { $0.set(model.name, number, .failed(error.description), now: Self.now()) }
            throw error
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
            return try load(found, number, VersionLoader.configuration(in: found.directory))
        } catch {
            if case .shuttingDown = error { throw error }
            throw .notReady(model: name, version: number, state: .failed, reason: error.description)
        }
    }

    /// Makes labels count, which are written down but for the reason `unsaved`, and lets a version answer, unless it is
    /// nil.
    func serve(
        _ name: String, _ version: ModelVersion?, _ labels: VersionLabels, unsaved: ServingError? = nil
    ) {
        // What is released is freed here, after the lock.
        _ = state.withLock {
            $0.serve(name, version, labels, unsaved: unsaved, limit: configuration.policy.limit, now: Self.now())
        }
    }

    /// Notes a model file that lies where only directories of models are looked for.
    private func refuseFile(_ name: String) {
        let model = name.prefix { $0 != "." }
        let refusal = ServingError.file(
            name, reason: "is a model file in the repository itself; move it to \(model)/1/\(name)")
        _ = state.withLock { $0.refuse(name, reason: refusal.description, now: Self.now()) }
    }
}
