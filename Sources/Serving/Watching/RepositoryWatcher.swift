import Dispatch
import ModelFormats

/// Lets a repository follow its directory: new models and versions are loaded, changed ones are read again, and what is
/// taken away is let go, each once its change is over.
///
/// A change is over when nothing differs between two looks that are `settle` apart and, with inotify, nobody has a file
/// open for writing that was written before: so a copy is never read by half.
///
/// Invariant behind `@unchecked Sendable`: everything that changes is touched on `queue` only.
package final class RepositoryWatcher: @unchecked Sendable {
    /// How changes are found.
    package enum Mode: String, Sendable, CaseIterable {
        /// The system tells; polls where it cannot.
        case inotify
        /// Looks every so often, which also works for directories that other machines write.
        case poll
        /// Not at all: only requests make the repository look.
        case off
    }

    package struct Configuration: Sendable {
        package var mode = Mode.inotify
        /// Time between two looks when polling. Seconds.
        package var pollSeconds = 2.0
        /// How long a change must have been over. Seconds.
        package var settleSeconds = 0.5

        package init() {}
    }

    /// What the watcher did.
    package enum Event: Sendable, Equatable {
        /// The repository has looked at a model again; `reason` says what of it could not be loaded, if anything.
        case followed(String, reason: String?)
        /// Changes cannot be told by the system, so that the watcher polls.
        case polls(reason: String)
    }

    private let repository: ModelRepository
    private let configuration: Configuration
    private let report: @Sendable (Event) -> Void
    private let queue = DispatchQueue(label: "apus.repository.watch", qos: .utility)
    /// Where models are loaded, several at once.
    private let loading = DispatchQueue(label: "apus.repository.follow", attributes: .concurrent)
    private var tracker: ChangeTracker
    private var watches: DirectoryWatches?
    private var source: (any DispatchSourceRead)?
    /// Watches that ended, until their descriptors are not waited for any more.
    private var ended: [DirectoryWatches] = []
    /// Names that something has happened to; nil for all.
    private var touched: Set<String>? = []
    private var lookIsDue = false
    private var isStopped = false

    /// Takes note of what is there. Make it before the repository loads, so that nothing that changes meanwhile is
    /// missed. Reads directories.
    /// - Parameters:
    ///   - repository: What follows.
    ///   - configuration: How.
    ///   - report: Called for every event, on any thread.
    package init(
        _ repository: ModelRepository, _ configuration: Configuration,
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.repository = repository
        self.configuration = configuration
        self.report = report
        let files = configuration.mode == .off ? [:] : Self.files(in: repository.configuration.directory)
        tracker = ChangeTracker(
            followed: files, settleNanoseconds: UInt64(max(configuration.settleSeconds, 0) * 1e9))
    }

    /// Begins to follow. Call after `loadAll`, once.
    package func start() {
        guard configuration.mode != .off else { return }
        queue.async { @Sendable [self] in
            if configuration.mode == .inotify {
                watch()
                checkRoot()
            }
            touched = nil
            scheduleLook(seconds: 0)
            let failed = repository.index().filter { $0.state == .failed && DirectoryFingerprint.mayPass($0.reason) }
            for name in Set(failed.map(\.model)) { followLater(name) }
        }
    }

    /// Ends; what is being loaded is loaded.
    package func stop() {
        queue.async { @Sendable [self] in
            isStopped = true
            stopWatching()
        }
    }

    // MARK: Watching

    private func watch() {
        do throws(ServingError) {
            let watches = try DirectoryWatches(root: root)
            for name in tracker.names { try watches.watch(name, at: Self.now()) }
            let source = DispatchSource.makeReadSource(fileDescriptor: watches.descriptor, queue: queue)
            source.setEventHandler { @Sendable [weak self] in self?.takeEvents() }
            self.watches = watches
            self.source = source
            source.activate()
        } catch {
            fallBack(error)
        }
    }

    private func stopWatching() {
        guard let source else { return }
        self.source = nil
        if let watches { ended.append(watches) }
        watches = nil
        // The descriptor stays open until nobody waits for it any more.
        source.setCancelHandler { @Sendable [self] in ended.removeFirst() }
        source.cancel()
    }

    /// Watches the directory that is now where the models are. Nobody tells when that is another one, so that this looks
    /// as often as polling does.
    private func checkRoot() {
        queue.asyncAfter(deadline: .now() + configuration.pollSeconds) { @Sendable [weak self] in
            guard let self, !isStopped, let watches else { return }
            if watches.isReplaced(at: root) {
                stopWatching()
                watch()
                touched = nil
                scheduleLook(seconds: 0)
            }
            checkRoot()
        }
    }

    private func fallBack(_ error: ServingError) {
        stopWatching()
        report(.polls(reason: error.description))
        touched = nil
        scheduleLook(seconds: configuration.pollSeconds)
    }

    private func takeEvents() {
        guard !isStopped, source != nil else { return }
        if let names = watches?.changes(at: Self.now()) {
            guard !names.isEmpty else { return }
            touched?.formUnion(names)
        } else {
            touched = nil
        }
        scheduleLook(seconds: min(0.02, configuration.settleSeconds))
    }

    // MARK: Looking

    private var root: String { repository.configuration.directory }

    private func scheduleLook(seconds: Double) {
        guard !lookIsDue, !isStopped else { return }
        lookIsDue = true
        queue.asyncAfter(deadline: .now() + seconds) { @Sendable [weak self] in
            self?.lookIsDue = false
            self?.look()
        }
    }

    private func look() {
        guard !isStopped else { return }
        // While the models directory is not there, or cannot be read, nothing is known: what serves goes on.
        guard let directory = try? Directory(root: root) else {
            return scheduleLook(seconds: configuration.pollSeconds)
        }
        let names: Set<String>
        if let touched {
            names = touched.union(tracker.changingNames)
        } else {
            names = tracker.names.union(Self.names(in: directory))
        }
        let now = Self.now()
        let written = watches?.beingWritten(at: now) ?? []
        var uncertain: Set<String> = []
        for name in names {
            // Directories that are new in it are watched from here on, before it is looked at.
            do throws(ServingError) { try watches?.watch(name, at: now) } catch { return fallBack(error) }
            let files = Self.files(name, in: directory)
            if files?.isUncertain == true || directory.trouble(finding: name) != nil {
                uncertain.insert(name)
            } else if tracker.look(name, files, isBeingWritten: written.contains(name), at: now) {
                follow(name)
            }
        }
        touched = source == nil ? nil : uncertain
        if !tracker.changingNames.isEmpty {
            scheduleLook(seconds: max(configuration.settleSeconds / 2, 0.01))
        } else if source == nil || !uncertain.isEmpty {
            scheduleLook(seconds: configuration.pollSeconds)
        }
    }

    private func follow(_ name: String) {
        loading.async { @Sendable [self] in
            let reason = repository.follow(name)
            report(.followed(name, reason: reason))
            if let reason, DirectoryFingerprint.mayPass(reason) { followLater(name) }
        }
    }

    /// What was refused for a reason that may pass is tried again without a change.
    private func followLater(_ name: String) {
        queue.asyncAfter(deadline: .now() + configuration.pollSeconds) { @Sendable [weak self] in
            guard let self, !isStopped else { return }
            follow(name)
        }
    }

    /// Everything in a models directory that may be a model.
    private static func files(in root: String) -> [String: DirectoryFingerprint] {
        guard let directory = try? Directory(root: root) else { return [:] }
        var all: [String: DirectoryFingerprint] = [:]
        for name in names(in: directory) { all[name] = files(name, in: directory) }
        return all
    }

    private static func names(in directory: Directory) -> [String] { (try? directory.names()) ?? [] }

    /// What is there of that name: a directory, or a file that looks like a model's; nil for neither.
    private static func files(_ name: String, in directory: Directory) -> DirectoryFingerprint? {
        guard directory.hasDirectory(name) || directory.hasFile(name) && ModelLoader.isModel(name) else { return nil }
        return DirectoryFingerprint("\(directory.path)/\(name)", in: directory)
    }

    private static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
}
