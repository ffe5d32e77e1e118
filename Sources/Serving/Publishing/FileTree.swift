import Glibc

/// A directory with everything below it: regular files and directories. Links, pipes and devices are refused, so that
/// a tree that is moved somewhere else is complete there and leads nowhere.
struct FileTree: Sendable {
    let path: String
    /// What messages call the tree.
    let name: String
    /// Directories below, each after the one it is in, as paths from the tree on.
    private(set) var directories: [String] = []
    /// Files below, as paths from the tree on.
    private(set) var files: [String] = []

    /// Most entries and most directories inside each other: far above any model, and no walk is endless.
    private static let maximumEntries = 100_000
    private static let maximumDepth = 16

    /// Lists a directory.
    /// - Throws: `ServingError.file`.
    init(path: String, name: String) throws(ServingError) {
        self.path = path
        self.name = name
        try list("", depth: 0)
    }

    /// The directory the tree is in.
    var parentPath: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// Makes the whole tree last.
    func synchronize() throws(ServingError) {
        for file in files { try SystemFile.synchronize("\(path)/\(file)", name: "\(name)/\(file)") }
        for directory in directories.reversed() {
            try SystemFile.synchronize("\(path)/\(directory)", name: "\(name)/\(directory)")
        }
        try SystemFile.synchronize(path, name: name)
    }

    /// Copies the whole tree into a new directory, which lasts. After an error a part of it may be there.
    func copy(to target: String) throws(ServingError) {
        try SystemFile.makeDirectory(target, name: name)
        for directory in directories {
            try SystemFile.makeDirectory("\(target)/\(directory)", name: "\(name)/\(directory)")
        }
        for file in files {
            try SystemFile.copy("\(path)/\(file)", to: "\(target)/\(file)", name: "\(name)/\(file)")
        }
        for directory in directories.reversed() {
            try SystemFile.synchronize("\(target)/\(directory)", name: "\(name)/\(directory)")
        }
        try SystemFile.synchronize(target, name: name)
    }

    /// Removes the whole tree, as far as that is possible.
    func remove() {
        for file in files { unsafe unlink("\(path)/\(file)") }
        for directory in directories.reversed() { unsafe rmdir("\(path)/\(directory)") }
        unsafe rmdir(path)
    }

    private mutating func list(_ directory: String, depth: Int) throws(ServingError) {
        let place = directory.isEmpty ? name : "\(name)/\(directory)"
        guard depth < Self.maximumDepth else {
            throw .file(place, reason: "expected at most \(Self.maximumDepth) directories inside each other")
        }
        for entry in try Self.entries(of: directory.isEmpty ? path : "\(path)/\(directory)", name: place) {
            let relative = directory.isEmpty ? entry : "\(directory)/\(entry)"
            var status = stat()
            guard unsafe lstat("\(path)/\(relative)", &status) == 0 else {
                throw .file("\(name)/\(relative)", reason: SystemFile.reason(errno))
            }
            guard files.count + directories.count < Self.maximumEntries else {
                throw .file(name, reason: "expected at most \(Self.maximumEntries) files")
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: files.append(relative)
            case S_IFDIR:
                directories.append(relative)
                try list(relative, depth: depth + 1)
            default:
                throw .file("\(name)/\(relative)", reason: "is neither a regular file nor a directory")
            }
        }
    }

    /// All names in a directory, hidden ones too, sorted.
    private static func entries(of path: String, name: String) throws(ServingError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw .file(name, reason: SystemFile.reason(errno)) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
