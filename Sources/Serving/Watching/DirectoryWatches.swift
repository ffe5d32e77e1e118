import CSystem
import Glibc
import ModelFormats

/// The watches on a models directory and all directories of its models, and who is writing there.
///
/// A directory has one watch however many names lead to it: what happens in it happens to every model that has it. Links
/// that lead out of the models directory are not followed.
///
/// Used by one thread at a time.
final class DirectoryWatches {
    /// What a watch is on.
    private struct Place {
        let path: String
        /// Whether it is the models directory itself.
        let isRoot: Bool
        /// The models that it belongs to.
        var models: Set<String> = []
    }

    private struct File: Hashable {
        let watch: Int32
        let name: String
    }

    /// A file that nobody has written to for so long does not count as being written. Nanoseconds.
    private static let longestPause: UInt64 = 600 * 1_000_000_000
    /// Deepest directory of a model that is watched.
    private static let maximumDepth = 8

    /// Becomes readable when something happened.
    let descriptor: Int32
    private let root: Directory
    private let identity: [UInt64]?
    private var isRootWatched = true
    private var places: [Int32: Place] = [:]
    /// The watches that each model needs.
    private var watches: [String: Set<Int32>] = [:]
    /// Files that are open for writing, and when they were last written.
    private var writing: [File: UInt64] = [:]

    /// Watches a models directory, not yet its models.
    /// - Throws: `ServingError.file` when the system has no watch left, or does not watch that directory.
    init(root path: String) throws(ServingError) {
        root = try Directory(root: path)
        identity = Self.identity(of: root.path)
        descriptor = try SystemFile.call("inotify") { csystem_inotify_create() }
        guard let watch = try add(root.path, model: nil) else { throw .file(path, reason: SystemFile.reason(errno)) }
        places[watch] = Place(path: root.path, isRoot: true)
    }

    deinit { close(descriptor) }

    /// Watches a model's directory and those in it, as far as they are there, and no others for its sake.
    /// - Parameters:
    ///   - model: Its name.
    ///   - now: Nanoseconds.
    /// - Throws: `ServingError.file` when the system has no watch left.
    func watch(_ model: String, at now: UInt64) throws(ServingError) {
        var found: Set<Int32> = []
        try watch("\(root.path)/\(model)", of: model, at: now, depth: 0, &found)
        for watch in (watches[model] ?? []).subtracting(found) {
            places[watch]?.models.remove(model)
            if places[watch]?.models.isEmpty == true { end(watch) }
        }
        watches[model] = found.isEmpty ? nil : found
    }

    private func watch(
        _ path: String, of model: String, at now: UInt64, depth: Int, _ found: inout Set<Int32>
    ) throws(ServingError) {
        guard depth <= Self.maximumDepth, Self.kind(path, followsLinks: false) != S_IFLNK || root.contains(path),
            let watch = try add(path, model: model), found.insert(watch).inserted
        else { return }
        let isNew = places[watch] == nil
        places[watch, default: Place(path: path, isRoot: false)].models.insert(model)
        for name in (try? DirectoryListing.names(path)) ?? [] {
            switch Self.kind("\(path)/\(name)", followsLinks: true) {
            case nil: continue
            case S_IFDIR: try self.watch("\(path)/\(name)", of: model, at: now, depth: depth + 1, &found)
            default:
                // Was it opened before anybody watched?
                guard isNew, unsafe csystem_is_open_for_writing("\(path)/\(name)") != 0 else { continue }
                writing[File(watch: watch, name: name)] = now
            }
        }
    }

    /// What there is of that name, one of the S_IF… constants; nil for nothing.
    private static func kind(_ path: String, followsLinks: Bool) -> mode_t? {
        var status = stat()
        let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? status.st_mode & S_IFMT : nil
    }

    /// - Returns: The number of the watch; nil when there is no such directory.
    private func add(_ path: String, model: String?) throws(ServingError) -> Int32? {
        let watch = unsafe csystem_inotify_watch(descriptor, path)
        if watch < 0, [ENOENT, ENOTDIR, EACCES, ELOOP].contains(errno) { return nil }
        guard watch >= 0 else {
            throw .file(model ?? root.path, reason: "cannot be watched: \(SystemFile.reason(errno))")
        }
        return watch
    }

    private func end(_ watch: Int32) {
        csystem_inotify_end(descriptor, watch)
        forget(watch)
    }

    private func forget(_ watch: Int32) {
        places[watch] = nil
        writing = writing.filter { $0.key.watch != watch }
    }

    /// Whether another directory has the path of the models directory by now, because a link leads elsewhere or
    /// directories were renamed, of which nobody tells; not while there is none.
    func isReplaced(at path: String) -> Bool {
        guard let now = Self.identity(of: path) else { return false }
        return !isRootWatched || now != identity
    }

    private static func identity(of path: String) -> [UInt64]? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }

    /// What has happened since the last time, without waiting.
    /// - Parameter now: Nanoseconds.
    /// - Returns: The names in the models directory with changes; nil when anything may have changed.
    func changes(at now: UInt64) -> Set<String>? {
        var changed: Set<String>? = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return changed }
            let events = unsafe buffer.withUnsafeBytes {
                unsafe FileEvent.events(in: UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
            for event in events {
                if event.isLoss {
                    writing = [:]
                    changed = nil
                } else if let names = note(event, at: now) {
                    changed?.formUnion(names)
                } else {
                    changed = nil
                }
            }
        }
    }

    /// Takes note of an event.
    /// - Returns: The names in the models directory that it is about; nil when it may be about any.
    private func note(_ event: FileEvent, at now: UInt64) -> Set<String>? {
        guard let place = places[event.watch] else { return [] }
        if event.isEndOfWatch {
            forget(event.watch)
            if place.isRoot { isRootWatched = false }
            return place.models
        }
        let file = File(watch: event.watch, name: event.name)
        let path = "\(place.path)/\(event.name)"
        if event.isEndOfWriting {
            writing[file] = nil
        } else if event.isWriting || event.isCreation && isNewFile(path) {
            writing[file] = now
        }
        guard place.isRoot else { return place.models }
        guard event.name.hasPrefix(".") else { return event.name.isEmpty ? [] : [event.name] }
        // Kubernetes shows the files of a volume through one hidden link, which it lets lead elsewhere.
        return Self.kind(path, followsLinks: false) == S_IFLNK ? nil : []
    }

    /// Whether there is a file that has only this name: a second name, or a link, is not written by whoever makes it.
    private func isNewFile(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }

    /// The names in the models directory below which somebody is writing.
    /// - Parameter now: Nanoseconds.
    /// - Returns: The names.
    func beingWritten(at now: UInt64) -> Set<String> {
        writing = writing.filter { now &- $0.value < Self.longestPause }
        return Set(writing.keys.flatMap { places[$0.watch]?.models ?? [] })
    }
}
