import CSystem
import Glibc
import ModelFormats

/// The watches on a models directory and all directories of its models, and who is writing there.
///
/// Used by one thread at a time.
final class DirectoryWatches {
    /// What a watch is on.
    private struct Place {
        /// nil for the models directory itself.
        let model: String?
        let path: String
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
    private let root: String
    private var places: [Int32: Place] = [:]
    /// Files that are open for writing, and when they were last written.
    private var writing: [File: UInt64] = [:]

    /// Watches a models directory, not yet its models.
    /// - Throws: `ServingError.file` when the system has no watch left, or does not watch that directory.
    init(root: String) throws(ServingError) {
        self.root = root
        descriptor = try SystemFile.call("inotify") { csystem_inotify_create() }
        try add(root, model: nil)
    }

    deinit { close(descriptor) }

    /// Watches a model's directory and those in it, as far as they are there.
    /// - Parameters:
    ///   - model: Its name.
    ///   - now: Nanoseconds.
    /// - Throws: `ServingError.file` when the system has no watch left.
    func watch(_ model: String, at now: UInt64) throws(ServingError) {
        try watch("\(root)/\(model)", of: model, at: now, depth: 0)
    }

    private func watch(
        _ path: String, of model: String, at now: UInt64, depth: Int
    ) throws(ServingError) {
        let known = places.count
        guard depth <= Self.maximumDepth, let watch = try add(path, model: model) else { return }
        let isNew = places.count > known
        for name in (try? DirectoryListing.names(path)) ?? [] {
            var status = stat()
            guard unsafe stat("\(path)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try self.watch("\(path)/\(name)", of: model, at: now, depth: depth + 1)
            } else if isNew, unsafe csystem_is_open_for_writing("\(path)/\(name)") != 0 {
                // It was opened before anybody watched.
                writing[File(watch: watch, name: name)] = now
            }
        }
    }

    /// - Returns: The number of the watch; nil when there is no such directory.
    @discardableResult
    private func add(_ path: String, model: String?) throws(ServingError) -> Int32? {
        let watch = unsafe csystem_inotify_watch(descriptor, path)
        if watch < 0, model != nil, [ENOENT, ENOTDIR, EACCES, ELOOP].contains(errno) { return nil }
        guard watch >= 0 else { throw .file(model ?? root, reason: "cannot be watched: \(SystemFile.reason(errno))") }
        places[watch] = Place(model: model, path: path)
        return watch
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
                } else if let name = note(event, at: now) {
                    changed?.insert(name)
                }
            }
        }
    }

    /// Takes note of an event.
    /// - Returns: The name in the models directory that it is about; nil when it is of no interest.
    private func note(_ event: FileEvent, at now: UInt64) -> String? {
        guard let place = places[event.watch] else { return nil }
        if event.isEndOfWatch {
            places[event.watch] = nil
            writing = writing.filter { $0.key.watch != event.watch }
            return place.model
        }
        let file = File(watch: event.watch, name: event.name)
        if event.isEndOfWriting {
            writing[file] = nil
        } else if event.isWriting || event.isCreation && isNewFile("\(place.path)/\(event.name)") {
            writing[file] = now
        }
        if let model = place.model { return model }
        return event.name.isEmpty || event.name.hasPrefix(".") ? nil : event.name
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
        return Set(writing.keys.compactMap { places[$0.watch]?.model })
    }
}
