import Dispatch
import Glibc
import ModelFormats
import Synchronization

/// The models of a directory, `models/<name>/<integer>/`, and which of their versions serve.
///
/// A model that cannot be loaded is in the index with its reason, and disturbs no other.
package final class ModelRepository: Sendable {
    /// Where the models are and how they are loaded.
    package struct Configuration: Sendable {
        /// The directory of models.
        package var directory: String
        /// Which versions serve. Default: the newest.
        package var policy = VersionPolicy.latest(1)
        /// Estimated nanoseconds up to which a run is not handed to a worker.
        /// Default: `DynamicBatcher.handOffNanoseconds`.
        package var handOffNanoseconds = DynamicBatcher.handOffNanoseconds

        package init(directory: String) { self.directory = directory }
    }

    private let configuration: Configuration
    private let loader: VersionLoader
    private let state = Mutex(RepositoryState())

    /// Loads nothing yet.
    package init(
        configuration: Configuration, engine: any ModelEngine, clock: MonotonicClock = .system
    ) {
        self.configuration = configuration
        loader = VersionLoader(
            engine: engine, handOffNanoseconds: configuration.handOffNanoseconds, clock: clock)
    }

    // MARK: Looking up

    /// Every version known, by name and then number.
    package func index() -> [VersionStatus] { state.withLock { $0.index } }

    /// The names of all models, sorted.
    package var modelNames: [String] { state.withLock { $0.names } }

    /// What is known of one model: its versions, by number.
    /// - Throws: `ServingError.modelNotFound`.
    package func model(named name: String) throws(ServingError) -> [VersionStatus] {
        let statuses = state.withLock { $0.statuses(of: name) }
        guard let statuses else { throw .modelNotFound(name) }
        return statuses
    }

    /// A version that serves; the newest one for nil.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound` or `.notReady`.
    package func version(of name: String, _ number: Int? = nil) throws(ServingError) -> ModelVersion {
        let found = state.withLock { $0.find(name, number) }
        return try found.get()
    }

    // MARK: Loading

    /// Finds the models and loads them side by side, then returns. Lookups work meanwhile, and each version serves as
    /// soon as it is ready. Call once, not on an event loop.
    /// - Throws: `ServingError.file` when the repository itself cannot be read.
    package func loadAll() throws(ServingError) {
        let root = try Directory(repository: configuration.directory)
        var models: [FoundModel] = []
        for name in try root.names() {
            guard root.hasDirectory(name) else {
                if ModelLoader.isModel(name) { refuseFile(name) }
                continue
            }
            do throws(ServingError) {
                let model = try FoundModel(name: name, in: root)
                state.withLock { $0.add(model, now: Self.now()) }
                models.append(model)
            } catch {
                state.withLock { $0.refuse(name, reason: error.description, now: Self.now()) }
            }
        }
        let found = models
        DispatchQueue.concurrentPerform(iterations: found.count) { @Sendable index in load(found[index]) }
    }

    /// Notes a model file that lies where only directories of models are looked for.
    private func refuseFile(_ name: String) {
        let model = name.prefix { $0 != "." }
        let refusal = ServingError.file(
            name, reason: "is a model file in the repository itself; move it to \(model)/1/\(name)")
        state.withLock { $0.refuse(name, reason: refusal.description, now: Self.now()) }
    }

    /// Loads versions, newest first, until as many serve as the policy wants.
    private func load(_ model: FoundModel) {
        let configuration: ModelConfiguration
        do throws(ServingError) {
            configuration = try loader.configuration(of: model)
        } catch {
            return state.withLock { $0.refuse(model.name, reason: error.description, now: Self.now()) }
        }
        var ready = 0
        for version in model.versions {
            guard ready < self.configuration.policy.limit else { break }
            state.withLock { $0.set(model.name, version.number, .loading, now: Self.now()) }
            do throws(ServingError) {
                let loaded = try loader.load(version, of: model.name, configuration)
                state.withLock { $0.set(model.name, version.number, .ready(loaded), now: Self.now()) }
                ready += 1
            } catch {
                let reason = error.description
                state.withLock { $0.set(model.name, version.number, .failed(reason), now: Self.now()) }
            }
        }
    }

    // MARK: Stopping

    /// Lets every version refuse new requests and finish the others, then calls `drained` once, on any thread.
    package func stop(drained: @escaping @Sendable () -> Void) {
        let group = DispatchGroup()
        for version in state.withLock({ $0.readyVersions }) {
            group.enter()
            version.stop { group.leave() }
        }
        group.notify(queue: .global()) { @Sendable in drained() }
    }

    /// Seconds since 1970.
    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
