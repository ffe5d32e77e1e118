import Dispatch
import Synchronization

/// Staying within the memory budget: what nobody asked for the longest is unloaded first, and the next request for it
/// loads it again.
extension ModelRepository {
    /// Bytes that all loaded versions take together.
    package var memoryBytes: Int { state.withLock { $0.readyVersions }.reduce(0) { $0 + $1.memory.total } }

    /// Unloads what nobody asked for the longest until `bytes` more fit, as far as there is something to unload.
    /// - Parameters:
    ///   - bytes: What is about to be loaded.
    ///   - version: One that stays.
    func makeRoom(for bytes: Int, sparing version: ModelVersion?) {
        guard let budget = configuration.memoryBudget else { return }
        let ready = state.withLock { $0.readyVersions }
        var total = bytes + ready.reduce(0) { $0 + $1.memory.total }
        guard total > budget else { return }
        for old in ready.sorted(by: { $0.lastUse < $1.lastUse }) where old !== version && total > budget {
            total -= old.memory.total
            _ = state.withLock { $0.evict(old, now: Self.now()) }
        }
    }

    /// While the models are loaded for the first time, nothing is unloaded again: what has no room waits for a request.
    /// - Throws: `ServingError.evicted` when the version is to wait.
    func leaveForLater(_ version: FoundModel.Version, of name: String) throws(ServingError) {
        guard let budget = configuration.memoryBudget, state.withLock({ $0.isStarting }) else { return }
        guard memoryBytes + version.directory.byteCount > budget else { return }
        state.withLock { state in
            let reason = "waits for the first request for it, because the memory budget is used up"
            state.models[name]?.versions[version.number] = RepositoryState.Version(
                phase: .unavailable(reason), since: Self.now(), isEvicted: true)
        }
        throw .evicted(model: name, version: version.number)
    }

    /// - Throws: `ServingError.memoryBudget` for a version that would never have room.
    func checkBudget(_ version: ModelVersion) throws(ServingError) {
        guard let budget = configuration.memoryBudget, version.memory.total > budget else { return }
        throw .memoryBudget(needed: version.memory.total, limit: budget)
    }

    /// Loads a version again that was unloaded for the memory of others, and then calls `completion` once, on any
    /// thread; without waiting. Whoever asks meanwhile waits for the same load.
    package func revive(
        _ name: String, _ number: Int, completion: @escaping @Sendable (Result<ModelVersion, ServingError>) -> Void
    ) {
        switch revivals.add(name, number, completion) {
        case .full(let limit): completion(.failure(.tooManyRevivals(limit: limit)))
        case .joined: break
        case .first:
            DispatchQueue.global(qos: .userInitiated).async { @Sendable [self] in
                let result: Result<ModelVersion, ServingError>
                do throws(ServingError) {
                    result = .success(try revived(name, number))
                } catch {
                    result = .failure(error)
                }
                for completion in revivals.take(name, number) { completion(result) }
            }
        }
    }

    private func revived(_ name: String, _ number: Int) throws(ServingError) -> ModelVersion {
        try changes.exclusively(name) { () throws(ServingError) in
            let version = try loaded(name, number)
            let labels = try labels(of: name)
            serve(
                name, labels.stable == number ? version : nil, labels,
                unsaved: state.withLock { $0.models[name]?.unsaved })
            return version
        }
    }
}
