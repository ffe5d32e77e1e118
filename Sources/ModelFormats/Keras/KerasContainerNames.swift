/// The names of layers in a container of `model.weights.h5`: the class in snake case, numbered from the second on.
struct KerasContainerNames {
    private var counts: [String: Int] = [:]

    /// The name of the next layer.
    mutating func next(_ className: String) -> String {
        let stem = ArchitectureReader.snakeCase(className)
        let count = counts[stem, default: 0]
        counts[stem] = count + 1
        return count == 0 ? stem : "\(stem)_\(count)"
    }
}
