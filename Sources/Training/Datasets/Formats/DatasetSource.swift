import Glibc
import ModelFormats

/// What a dataset is made from: bytes that were sent, or a file or directory below a root.
package final class DatasetSource: Sendable {
    private enum Kind: Sendable {
        case bytes([UInt8])
        case file(SourceFile)
        case directory(root: String)
    }

    /// For messages.
    let name: String
    private let kind: Kind

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        kind = .bytes(bytes)
    }

    init(root: String, path: String) throws(DatasetError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.isEmpty, !parts.contains(where: { ["", ".", ".."].contains($0) }), !path.utf8.contains(0) else {
            throw .source("path", line: nil, column: nil, expected: "a relative path without ..", found: path.quoted)
        }
        name = path.lastPathComponent
        var directory = root
        for part in parts {
            directory += "/" + part
            guard !Self.isLink(directory) else {
                throw .source("path", line: nil, column: nil, expected: "no symbolic links", found: path.quoted)
            }
        }
        kind = Directories.isDirectory(directory) ? .directory(root: directory) : .file(try SourceFile(root, path))
    }

    var isDirectory: Bool { if case .directory = kind { true } else { false } }

    /// Bytes of what is no directory.
    var byteCount: Int {
        switch kind {
        case .bytes(let bytes): bytes.count
        case .file(let file): file.byteCount
        case .directory: 0
        }
    }

    /// A range of the bytes; empty for a directory.
    func read(_ range: Range<Int>) throws(DatasetError) -> [UInt8] {
        switch kind {
        case .bytes(let bytes): Array(bytes[range])
        case .file(let file): try file.read(range)
        case .directory: []
        }
    }

    /// All bytes, of what fits memory.
    func readAll() throws(DatasetError) -> [UInt8] {
        if case .bytes(let bytes) = kind { return bytes }
        guard byteCount <= DatasetStore.maximumByteCount else {
            throw .source(
                name, line: nil, column: nil,
                expected:
                    "at most \(DatasetStore.maximumByteCount) bytes of this format (a folder of .npy files, CSV and "
                    + "JSON lines may have more)",
                found: "\(byteCount)")
        }
        return try read(0..<byteCount)
    }

    /// The files in a directory, by their paths below it, sorted; links and hidden names are left out.
    func files() throws(DatasetError) -> [String] {
        guard case .directory(let root) = kind else { return [] }
        var files: [String] = []
        try Self.collect(root, "", depth: 0, into: &files)
        return files.sorted()
    }

    /// A file in the directory.
    func contents(of file: String) throws(DatasetError) -> DatasetSource {
        guard case .directory(let root) = kind else { preconditionFailure("\(name) is no directory") }
        return try DatasetSource(root: root, path: file)
    }

    /// An array in the directory.
    func array(_ file: String) throws(DatasetError) -> ArrayRows {
        guard case .directory(let root) = kind else { preconditionFailure("\(name) is no directory") }
        return try ArrayRows(directory: root, relativePath: file)
    }

    private static func collect(
        _ root: String, _ path: String, depth: Int, into files: inout [String]
    ) throws(DatasetError) {
        guard depth <= 8 else {
            throw .source("the folder", line: nil, column: nil, expected: "at most 8 levels", found: "more")
        }
        for name in try Directories.names(root + "/" + path) where !name.hasPrefix(".") {
            let below = path.isEmpty ? name : path + "/" + name
            if Directories.isDirectory(root + "/" + below) {
                try collect(root, below, depth: depth + 1, into: &files)
            } else if !isLink(root + "/" + below) {
                files.append(below)
            }
        }
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFLNK
    }
}

/// A regular file below a root, read in ranges.
private final class SourceFile: Sendable {
    private let file: OpenFile

    init(_ root: String, _ path: String) throws(DatasetError) {
        do {
            file = try OpenFile(directory: root, relativePath: path)
        } catch {
            throw .format(error)
        }
    }

    var byteCount: Int { file.byteCount }

    func read(_ range: Range<Int>) throws(DatasetError) -> [UInt8] {
        do { return try file.read(range) } catch { throw .format(error) }
    }
}
