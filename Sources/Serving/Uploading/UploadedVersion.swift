package import JSON

/// The files of a version that was sent, with names that lead nowhere else: none is absolute, hidden, or above the
/// version's directory. Limits guard against names without end; bytes are limited by whoever reads them.
package struct UploadedVersion: Sendable {
    /// Directories, each after the one it is in, as paths in the version's directory.
    let directories: [String]
    /// By their paths in the version's directory, sorted.
    let files: [UploadedFile]

    private static let maximumFiles = 1000
    private static let maximumDepth = 8
    private static let maximumComponent = 255

    /// Checks the names, and leaves out what macOS adds to archives. When everything is in one directory, that directory is
    /// the version.
    /// - Throws: What is wrong with which name, such as `files[2].name`.
    package init(_ sent: [UploadedFile]) throws(FieldError) {
        let files = sent.enumerated().filter { !Self.isLitter($0.element.name) }
        guard !files.isEmpty else {
            throw FieldError(path: "files", expected: "a model file at least", found: "none")
        }
        guard files.count <= Self.maximumFiles else {
            throw FieldError(path: "files", expected: "at most \(Self.maximumFiles)", found: "\(files.count)")
        }
        var paths: [[String]] = []
        for (index, file) in files {
            paths.append(try Self.components(of: file.name, at: "files[\(index)].name"))
        }
        if let top = paths.first?.first, paths.allSatisfy({ $0.count > 1 && $0.first == top }) {
            paths = paths.map { Array($0.dropFirst()) }
        }
        var directories: Set<String> = []
        for path in paths {
            for depth in 1..<path.count { directories.insert(path.prefix(depth).joined(separator: "/")) }
        }
        var names: Set<String> = []
        var checked: [UploadedFile] = []
        for ((index, file), path) in zip(files, paths) {
            let name = path.joined(separator: "/")
            guard !directories.contains(name), names.insert(name).inserted else {
                throw FieldError(
                    path: "files[\(index)].name", expected: "a name that no other has", found: "\"\(name)\"")
            }
            checked.append(UploadedFile(name: name, contents: file.contents))
        }
        self.files = checked.sorted { $0.name < $1.name }
        // A shorter path sorts before those that it is the beginning of.
        self.directories = directories.sorted()
    }

    /// Whether a file is what macOS puts beside files in archives: attributes (`._name`) and views of folders.
    private static func isLitter(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return name.hasPrefix("._") || name == ".DS_Store"
    }

    /// The parts of a path, without those that mean the directory itself.
    private static func components(of name: String, at place: String) throws(FieldError) -> [String] {
        let shown = "\"\(name.prefix(200))\""
        guard !name.hasPrefix("/") else {
            throw FieldError(path: place, expected: "a path inside of the version", found: shown)
        }
        let parts = name.split(separator: "/").filter { $0 != "." }
        guard (1...maximumDepth).contains(parts.count) else {
            throw FieldError(path: place, expected: "1 to \(maximumDepth) names between slashes", found: shown)
        }
        for part in parts {
            guard !part.hasPrefix("."), part.utf8.count <= maximumComponent, part.utf8.allSatisfy(isAllowed) else {
                throw FieldError(
                    path: place,
                    expected: "names of A-Z a-z 0-9 . _ - + and blanks, of up to \(maximumComponent) bytes, "
                        + "without a dot in front", found: shown)
            }
        }
        return parts.map(String.init)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte.isNameCharacter || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "+")
    }
}
