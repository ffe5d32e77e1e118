import CSystem
import Dispatch
import Glibc
import ModelFormats
import Synchronization

/// The models of a directory, `models/<name>/<integer>/`, and which of their versions serve.
///
/// A model that cannot be loaded is in the index with its reason, and disturbs no other. Lookups never wait for a
/// change; changes of one model wait for each other. A request keeps the version it was made for, whatever serves
/// when it is answered.
package final class ModelRepository: Sendable {
    /// Where the models are and how they are loaded.
    package struct Configuration: Sendable {
        /// The directory of models.
        package var directory: String
        /// Which versions serve. Default: the newest.
        package var policy = VersionPolicy.latest(1)
        /// Bytes that all loaded versions may take together; nil for no limit. What was not asked for the longest is
        /// unloaded first, and the next request for it loads it again.
        package var memoryBudget: Int?
        /// Estimated nanoseconds up to which a run is not handed to a worker.
        /// Default: `DynamicBatcher.handOffNanoseconds`.
        package var handOffNanoseconds = DynamicBatcher.handOffNanoseconds

        /// Batches of all models that run at once; when more want to, the model goes first that has computed the least.
        /// Default: one for each processor.
        package var concurrentBatches = Int(csystem_allowed_processors())

        package init(directory: String) { self.directory = directory }
    }

    let configuration: Configuration
    let loader: VersionLoader
    /// Changes of what serves.
    let changes = ModelQueues()
    /// Publications, most of whose time goes by before they change anything.
    let publications = ModelQueues()
    let state = Mutex(RepositoryState())
    let revivals = Revivals()
    let freedMemory = FreedMemory()

    /// Loads nothing yet.
    package init(
        configuration: Configuration, engine: any ModelEngine, clock: MonotonicClock = .system
    ) {
        self.configuration = configuration
        loader = VersionLoader(
            engine: engine, handOffNanoseconds: configuration.handOffNanoseconds, clock: clock,
            turns: ComputeTurns(count: configuration.concurrentBatches))
    }

    // MARK: Looking up

    /// Every version known, by name and then number.
    package func index() -> [VersionStatus] { state.withLock { $0.index } }

    /// The names of all models, sorted.
    package var modelNames: [String] { state.withLock { $0.names } }

    /// How many versions are in each state. Quick, however many models there are.
    package func stateCounts() -> [VersionState: Int] { state.withLock { $0.stateCounts } }

    /// Every version that is loaded, by name and then number.
    package var loadedVersions: [ModelVersion] {
        state.withLock { $0.readyVersions }.sorted { ($0.modelName, $0.number) < ($1.modelName, $1.number) }
    }

    /// What is known of one model: its versions, by number.
    /// - Throws: `ServingError.modelNotFound`.
    package func model(named name: String) throws(ServingError) -> [VersionStatus] {
        let statuses = state.withLock { $0.statuses(of: name) }
        guard let statuses else { throw .modelNotFound(name) }
        return statuses
    }

    /// All that is known of one model.
    /// - Throws: `ServingError.modelNotFound`.
    package func snapshot(of name: String) throws(ServingError) -> ModelSnapshot {
        guard let snapshot = state.withLock({ $0.snapshot(of: name) }) else { throw .modelNotFound(name) }
        return snapshot
    }

    /// A version that is loaded; the one that serves for nil.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound` or `.notReady`.
    package func version(of name: String, _ number: Int? = nil) throws(ServingError) -> ModelVersion {
        let found = state.withLock { $0.find(name, number) }
        return try found.get()
    }

    /// The version that has a label, such as `stable` for the one that serves.
    /// - Throws: `ServingError.modelNotFound`, `.labelNotFound`, `.versionNotFound` or `.notReady`.
    package func version(of name: String, label: String) throws(ServingError) -> ModelVersion {
        let found = state.withLock { $0.find(name, label: label) }
        return try found.get()
    }

    /// The labels of a model and their history.
    /// - Throws: `ServingError.modelNotFound`.
    package func labels(of name: String) throws(ServingError) -> VersionLabels {
        guard let labels = state.withLock({ $0.models[name]?.labels }) else { throw .modelNotFound(name) }
        return labels
    }

    /// Nanoseconds of the clock of its versions.
    package func now() -> UInt64 { loader.clock.nanoseconds() }

    // MARK: Stopping

    /// Lets every version refuse new requests and finish the others, then calls `drained` once, on any thread.
    /// Changes that have not begun are refused from then on.
    package func stop(drained: @escaping @Sendable () -> Void) {
        let group = DispatchGroup()
        let versions = state.withLock { state in
            state.isStopping = true
            return state.readyVersions
        }
        for version in versions {
            group.enter()
            version.stop { group.leave() }
        }
        group.notify(queue: .global()) { @Sendable in drained() }
    }

    /// Seconds since 1970.
    static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
