/// Which tensor of a file is which of an architecture.
struct TensorNames {
    private var entries: [String: TensorEntry] = [:]
    private var missing: [String: String] = [:]

    /// What PyTorch counts beside the parameters, which nothing is computed with.
    private static let counter = "num_batches_tracked"

    /// - Parameters:
    ///   - file: The file.
    ///   - wanted: The architecture's name of every tensor, and the file's.
    /// - Throws: `.tensor` for one that no layer has.
    init(
        of file: some TensorFile, for wanted: [(name: String, fileName: String)]
    ) throws(ModelFormatError) {
        let found = file.entries.filter { !$0.name.hasSuffix(Self.counter) }
        let names = Set(wanted.map(\.fileName))
        let prefix = Self.prefix(found.map(\.name), wanted: names)
        var byName: [String: TensorEntry] = [:]
        for entry in found {
            let name = String(entry.name.dropFirst(prefix.count))
            byName[name] = entry
            guard names.contains(name) else {
                throw .tensor(
                    entry.name, expected: "only tensors of the architecture's layers", found: "one of no layer")
            }
        }
        for (name, fileName) in wanted {
            entries[name] = byName[fileName]
            if byName[fileName] == nil { missing[name] = fileName }
        }
    }

    /// The entry for one of the architecture's tensors.
    func entry(_ name: String) throws(ModelFormatError) -> TensorEntry {
        guard let entry = entries[name] else {
            throw .tensor(missing[name] ?? name, expected: "a tensor of that name in the file", found: "none")
        }
        return entry
    }

    /// What all names of a file begin with, component by component, when none is wanted as it is.
    private static func prefix(_ names: [String], wanted: Set<String>) -> String {
        guard let first = names.first, !names.contains(where: wanted.contains) else { return "" }
        var prefix = ""
        for component in first.split(separator: ".").dropLast() {
            prefix += component + "."
            guard names.allSatisfy({ $0.hasPrefix(prefix) }) else { return "" }
            if names.allSatisfy({ wanted.contains(String($0.dropFirst(prefix.count))) }) { return prefix }
        }
        return ""
    }
}
