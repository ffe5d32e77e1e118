/// Which tensor of a file is which of an architecture.
struct TensorNames {
    private var entries: [String: TensorEntry] = [:]
    /// What PyTorch counts beside the parameters, which nothing is computed with.
    private static let counter = "num_batches_tracked"

    /// - Parameters:
    ///   - all: What the file has.
    ///   - wanted: The architecture's name of every tensor, and the file's.
    /// - Throws: `.tensor` for one that no layer has.
    init(
        of all: [TensorEntry], for wanted: [(name: String, fileName: String)]
    ) throws(ModelFormatError) {
        let found = all.filter { !$0.name.hasSuffix(Self.counter) }
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
        }
    }

    /// The entry for one of the architecture's tensors; nil when the file has none.
    subscript(name: String) -> TensorEntry? { entries[name] }

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
