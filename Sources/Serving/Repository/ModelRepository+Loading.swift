import Dispatch
import ModelFormats
import Synchronization

/// Following what is on disk.
extension ModelRepository {
    /// Finds the models and loads them side by side, then returns. Lookups work meanwhile, and each version serves as
    /// soon as it is ready. Call once, not on an event loop.
    /// - Throws: `ServingError.file` when the repository itself cannot be read.
    package func loadAll() throws(ServingError) {
        let root = try Directory(root: configuration.directory)
        StagingArea.sweep(root)
        state.withLock { $0.isStarting = true }
        defer { state.withLock { $0.isStarting = false } }
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
    /// ever served, reads versions again whose files changed, and forgets the versions and the model that are gone.
    /// What serves goes on as long as nothing better loads. Versions that were refused are tried again, versions whose
    /// files did not change are not read again.
    /// - Throws: `ServingError.modelNotFound`, or why no version of the model, or not what is on disk now, can be
    ///   loaded: `.notReady` with the number of the version that would serve instead of the one that does.
    package func rescan(_ name: String) throws(ServingError) {
        guard FoundModel.isName(name) else { throw .modelNotFound(name) }
        try changes.exclusively(name) { () throws(ServingError) in
            let (model, labels, configuration) = try find(name)
            state.withLock { state in
                state.models[name]?.unloaded = []
                state.models[name]?.isUnloaded = false
            }
            try serveBest(of: model, labels, configuration)
        }
    }

    /// As `rescan`, because something changed on disk: what somebody unloaded stays unloaded.
    /// - Returns: Why something of it cannot be loaded; nil when all is well.
    func follow(_ name: String) -> String? {
        let start = Self.now()
        do throws(ServingError) {
            try followed(name)
        } catch .modelNotFound {
            return nil
        } catch .notReady(_, _, .failed, let reason) {
            return reason
        } catch {
            return error.description
        }
        let statuses = state.withLock { $0.statuses(of: name) } ?? []
        let failed = statuses.last { $0.state == .failed && $0.since >= start }?.reason
        return failed ?? statuses.lazy.compactMap(\.refusal).first { $0.since >= start }?.reason
    }

    private func followed(_ name: String) throws(ServingError) {
        let root = try Directory(root: configuration.directory)
        if !root.hasDirectory(name), root.hasFile(name), ModelLoader.isModel(name) { return refuseFile(name) }
        try changes.exclusively(name) { () throws(ServingError) in
            let (model, labels, configuration) = try find(name)
            guard !state.withLock({ $0.models[name]?.isUnloaded ?? false }) else { return }
            try serveBest(of: model, labels, configuration)
        }
    }

    /// Notes what is on disk of a model, or why no version of it can be loaded.
    func find(
        _ name: String
    ) throws(ServingError) -> (FoundModel, VersionLabels, ModelConfiguration) {
        let root = try Directory(root: configuration.directory)
        // What cannot be looked for now is not gone.
        if let error = root.trouble(finding: name) { throw error }
        guard root.hasDirectory(name), !Publication.sweep(name, in: root) else {
            _ = state.withLock { $0.remove(name) }
            throw .modelNotFound(name)
        }
        do throws(ServingError) {
            let model = try FoundModel(name: name, in: root)
            let settings = try loader.configuration(in: model.directory)
            let labels = try currentLabels(of: name, in: root)
            note(name, numbers: model.versions.map(\.number), labels, settings.versions)
            return (model, labels, settings)
        } catch {
            let isEmpty = (try? FoundModel(name: name, in: root, needsVersion: false))?.versions.isEmpty == true
            _ = state.withLock { state in
                // What is loaded goes on, unless all of it was taken away.
                guard isEmpty || state.models[name]?.ready.isEmpty != false else {
                    state.models[name]?.refusedChange = (error, Self.now())
                    return RepositoryState.Released()
                }
                return state.refuse(name, reason: error.description, policy: configuration.policy, now: Self.now())
            }
            throw error
        }
    }

    /// Notes which versions are on disk.
    func note(_ name: String, numbers: [Int], _ labels: VersionLabels, _ versions: VersionConfiguration) {
        let policy = versions.policy ?? configuration.policy
        state.withLock {
            $0.add(
                name, numbers: numbers, labels: labels, policy: policy, defaultLabel: versions.defaultLabel,
                now: Self.now())
        }
    }

    /// Loads the best version that can be loaded and lets it serve, then loads what should be loaded beside it, and
    /// lets go of what is gone from disk.
    /// - Throws: Why nothing serves, or why something that is loaded is not what is on disk.
    private func serveBest(
        of model: FoundModel, _ labels: VersionLabels, _ configuration: ModelConfiguration
    ) throws(ServingError) {
        var labels = labels
        var (serving, waiting): (ModelVersion?, Int?)
        var refusal: (number: Int, error: ServingError)?
        let policy = configuration.versions.policy ?? self.configuration.policy
        let candidates = labels.candidates(among: model.versions.map(\.number)).filter {
            policy.allows($0) && !isUnloaded(model.name, $0)
        }
        for number in candidates where serving == nil && waiting == nil {
            do throws(ServingError) {
                serving = try load(model, number, configuration)
            } catch .evicted {
                waiting = number
            } catch {
                refusal = refusal ?? (number, error)
            }
        }
        if let number = serving?.number ?? waiting, number != labels.stable {
            labels.serve(number, .found, time: Self.now())
        }
        let chosen = labels
        let unsaved = state.withLock { $0.models[model.name]?.unsaved }
        serve(model.name, serving, chosen, unsaved: unsaved)
        if serving == nil, waiting == nil, let refusal { throw refusal.error }
        loadOthers(of: model, chosen, policy, configuration)
        serve(model.name, nil, chosen, unsaved: unsaved)
        let refused = state.withLock { state in
            _ = state.forget(model.name, allBut: model.versions.map(\.number))
            return state.models[model.name]?.versions.values.lazy.compactMap(\.refusal?.error).first
        }
        if let refused { throw refused }
        // What served goes on, and whoever sent a better version learns that it does not serve.
        if let (number, error) = refusal {
            throw .notReady(model: model.name, version: number, state: .failed, reason: error.description)
        }
    }

    /// Loads what should be loaded beside the version that serves, and reads again what changed. Why it cannot be is in
    /// the index.
    private func loadOthers(
        of model: FoundModel, _ labels: VersionLabels, _ policy: VersionPolicy, _ configuration: ModelConfiguration
    ) {
        for number in wanted(of: model, labels, policy) where !isUnloaded(model.name, number) {
            _ = try? load(model, number, configuration)
        }
        for number in model.versions.map(\.number) where ready(model.name).contains(number) {
            _ = try? load(model, number, configuration)
        }
        var count = ready(model.name).filter(policy.allows).count
        for number in model.versions.map(\.number) where count < policy.limit && policy.allows(number) {
            guard !isUnloaded(model.name, number), !ready(model.name).contains(number) else { continue }
            if (try? load(model, number, configuration)) != nil { count += 1 }
        }
    }

    private func ready(_ name: String) -> [Int] { state.withLock { $0.models[name]?.ready.map(\.number) ?? [] } }

    private func isUnloaded(_ name: String, _ number: Int) -> Bool {
        state.withLock { $0.models[name]?.unloaded.contains(number) ?? false }
    }

    /// The versions beside the one that serves that should be loaded: what rollback goes back to, as far as that
    /// served since labels are kept, what has a label, and what somebody loaded.
    private func wanted(of model: FoundModel, _ labels: VersionLabels, _ policy: VersionPolicy) -> [Int] {
        let numbers = model.versions.map(\.number)
        var wanted = state.withLock { $0.models[model.name]?.kept } ?? []
        wanted.formUnion(labels.versions.values)
        if labels.served.count > 1, let previous = labels.previous(among: numbers.filter(policy.allows)) {
            wanted.insert(previous)
        }
        return wanted.filter(numbers.contains).sorted(by: >)
    }

    /// Makes labels count, which are written down but for the reason `unsaved`, and lets a version answer, unless it is
    /// nil.
    func serve(
        _ name: String, _ version: ModelVersion?, _ labels: VersionLabels, unsaved: ServingError? = nil
    ) {
        // What is released is freed here, after the lock.
        let released = state.withLock { $0.serve(name, version, labels, unsaved: unsaved, now: Self.now()) }
        if !released.isEmpty { freedMemory.giveBackSoon() }
    }

    /// Notes a model file that lies where only directories of models are looked for.
    private func refuseFile(_ name: String) {
        let model = name.prefix { $0 != "." }
        let refusal = ServingError.file(
            name, reason: "is a model file in the repository itself; move it to \(model)/1/\(name)")
        _ = state.withLock {
            $0.refuse(name, reason: refusal.description, policy: configuration.policy, now: Self.now())
        }
    }
}
