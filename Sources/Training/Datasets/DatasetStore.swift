import Glibc
import JSON

/// The datasets of a data directory, each a directory below it by its name.
///
/// A dataset is written beside the others under a hidden name and moved into place when it is complete, so that a crash
/// leaves no half of one. It is never changed afterwards.
package struct DatasetStore: Sendable {
    /// Most bytes of a dataset that is sent or read as a whole: archives of arrays or images.
    package static let maximumByteCount = 4 << 30

    private let directory: String

    private static let hiddenPrefix = ".incoming-"

    /// Opens the store; the directory is made when its parent is there.
    package init(directory: String) throws(DatasetError) {
        self.directory = directory
        try Directories.make(directory)
    }

    /// Removes what a crash left half-written. Only for the process that owns the data directory: others may be
    /// writing.
    package func removeLeftovers() throws(DatasetError) {
        for name in try Directories.names(directory) where name.hasPrefix(Self.hiddenPrefix) {
            Directories.remove(path(name))
        }
    }

    /// The dataset of a name.
    package func dataset(named name: String) throws(DatasetError) -> Dataset {
        guard Self.isName(name) else { throw .invalidName(name) }
        guard Directories.isDirectory(path(name)) else { throw .notFound(name) }
        return try Dataset(directory: path(name))
    }

    /// The names of all datasets, sorted.
    package func names() throws(DatasetError) -> [String] {
        try Directories.names(directory).filter { Self.isName($0) && Directories.isDirectory(path($0)) }
    }

    /// All datasets, by name; damaged ones are left out.
    package func list() throws(DatasetError) -> [Dataset] {
        var datasets: [Dataset] = []
        for name in try names() { if let dataset = try? dataset(named: name) { datasets.append(dataset) } }
        return datasets
    }

    /// Removes a dataset. Jobs that have it open keep its files until they end.
    package func delete(named name: String) throws(DatasetError) {
        guard Self.isName(name) else { throw .invalidName(name) }
        guard Directories.isDirectory(path(name)) else { throw .notFound(name) }
        let hidden = path(Self.hiddenName(name))
        try Directories.move(path(name), to: hidden)
        Directories.remove(hidden)
    }

    /// Stores what a client sent; without a format finds out by the first bytes.
    @discardableResult
    package func add(
        name: String, bytes: [UInt8], format: DatasetFormat? = nil
    ) throws(DatasetError) -> Dataset {
        try add(name: name, source: DatasetSource(name: name, bytes: bytes), format: format)
    }

    /// Stores a file or a directory below `root`, by a path that must not leave it: no `..`, no symbolic link. Without a
    /// format finds out by the name and the first bytes.
    @discardableResult
    package func add(
        name: String, path: String, below root: String, format: DatasetFormat? = nil
    ) throws(DatasetError) -> Dataset {
        try add(name: name, source: DatasetSource(root: root, path: path), format: format)
    }

    /// Whether a text can name a dataset.
    package static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "_"),
            first != UInt8(ascii: "-")
        else { return false }
        return name.utf8.count <= 64 && name.utf8.allSatisfy(\.isNameCharacter)
    }

    private func add(
        name: String, source: DatasetSource, format: DatasetFormat?
    ) throws(DatasetError) -> Dataset {
        guard Self.isName(name) else { throw .invalidName(name) }
        guard !Directories.exists(path(name)) else { throw .exists(name) }
        let hidden = path(Self.hiddenName(name))
        try Directories.make(hidden)
        do throws(DatasetError) {
            let writer = try DatasetImport(source: source, format: format, directory: hidden)
            _ = try writer.run(name: name)
            try Directories.move(hidden, to: path(name))
            try Directories.synchronize(directory)
        } catch {
            Directories.remove(hidden)
            if case .system(_, _, let code) = error, code == ENOTEMPTY || code == EEXIST { throw .exists(name) }
            throw error
        }
        return try dataset(named: name)
    }

    private static func hiddenName(_ name: String) -> String {
        "\(hiddenPrefix)\(name)-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    }

    private func path(_ name: String) -> String { directory + "/" + name }
}
