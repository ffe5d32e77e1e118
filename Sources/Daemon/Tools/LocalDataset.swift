import Training

/// A file or a folder of data as a dataset, for the commands that need no server.
enum LocalDataset {
    /// Stores the data in `directory`, unless they are there from an earlier run.
    /// - Throws: `DaemonError.input`.
    static func `import`(_ path: String, into directory: String) throws(DaemonError) -> Dataset {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let last = parts.popLast() else {
            throw .usage("--dataset: expected a file or a folder, got \"\(path)\"")
        }
        let root = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
        do throws(DatasetError) {
            let store = try DatasetStore(directory: directory)
            let name = name(of: last)
            if try store.names().contains(name) { return try store.dataset(named: name) }
            return try store.add(name: name, path: last, below: root.isEmpty ? "." : root)
        } catch {
            throw .input(path, reason: error.description)
        }
    }

    /// A file's name without its ending, as far as a dataset may have it.
    private static func name(of file: String) -> String {
        let stem = file.split(separator: ".").first.map(String.init) ?? "data"
        let kept = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "-" })
        let name = String(kept.drop { $0 == "-" || $0 == "_" }.prefix(64))
        return name.isEmpty ? "data" : name
    }
}
