import ModelFormats

/// The files of an archive or a folder.
enum MemberFiles {
    case zip(ZipArchive)
    case folder(DatasetSource)

    /// Paths, sorted; directories and what archivers add of their own are left out.
    func names() throws(DatasetError) -> [String] {
        let all: [String]
        switch self {
        case .folder(let source): all = try source.files()
        case .zip(let archive):
            all = archive.entries.map(\.name).filter { !$0.hasSuffix("/") && !$0.hasPrefix("__MACOSX/") }
        }
        for name in all {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { ["", ".", ".."].contains($0) }), !name.utf8.contains(0) else {
                throw .source(
                    "the archive", line: nil, column: nil, expected: "relative paths without ..", found: name.quoted)
            }
        }
        let own = all.filter { !Self.isOfSystem($0) }
        guard !own.isEmpty else {
            throw .source("the archive", line: nil, column: nil, expected: "files", found: "none")
        }
        return own.sorted()
    }

    /// Whether a desktop system put the file there, not a person.
    private static func isOfSystem(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? "."
        return name.hasPrefix(".") || ["thumbs.db", "desktop.ini"].contains(name.lowercased())
    }

    /// The bytes of a file.
    func contents(of name: String) throws(DatasetError) -> [UInt8] {
        switch self {
        case .folder(let source): return try source.contents(of: name).readAll()
        case .zip(let archive):
            guard let entry = archive[name] else { preconditionFailure("no member \(name)") }
            do {
                let (bytes, range) = try archive.contents(of: entry)
                return range.count == bytes.count ? bytes : Array(bytes[range])
            } catch {
                throw .format(error)
            }
        }
    }

    /// The arrays of a folder by name; they may be larger than memory.
    func arrays(_ names: [String]) throws(DatasetError) -> [String: ArrayRows] {
        guard case .folder(let source) = self else { preconditionFailure("an archive of arrays is read as an npz") }
        var arrays: [String: ArrayRows] = [:]
        for name in names {
            guard name.hasSuffix(".npy"), !name.contains("/") else {
                throw .source("the folder", line: nil, column: nil, expected: "files named .npy", found: name.quoted)
            }
            arrays[String(name.dropLast(4))] = try source.array(name)
        }
        return arrays
    }

    /// The files of one kind by split: `train.csv`, `validation.csv`, `test.csv`, or one file of any name.
    func splits(_ names: [String], ending: String) throws(DatasetError) -> [(Split, DatasetSource)] {
        var found: [Split: String] = [:]
        for name in names {
            let file = name.lastPathComponent
            let stem = file.split(separator: ".").first.map(String.init) ?? file
            let split = names.count == 1 ? Split.train : Split(folder: stem)
            guard file.lowercased().hasSuffix("." + ending), let split, found[split] == nil else {
                throw .source(
                    "the archive", line: nil, column: nil,
                    expected: "one file, or train.\(ending), validation.\(ending) and test.\(ending)",
                    found: name.quoted)
            }
            found[split] = name
        }
        var files: [(Split, DatasetSource)] = []
        for split in Split.allCases {
            guard let name = found[split] else { continue }
            if case .folder(let source) = self {
                files.append((split, try source.contents(of: name)))
            } else {
                files.append((split, DatasetSource(name: name.lastPathComponent, bytes: try contents(of: name))))
            }
        }
        return files
    }
}

extension Split {
    /// The split that a folder, a file or a cell of a column `split` names.
    init?(folder name: String) {
        switch name.lowercased() {
        case "train", "training": self = .train
        case "validation", "valid", "val", "dev": self = .validation
        case "test", "testing": self = .test
        default: return nil
        }
    }
}
