package import Tensors

/// What shape inference knows of a node's inputs.
package struct InferenceInputs {
    private let values: [Graph.Value?]

    package init(_ values: [Graph.Value?]) { self.values = values }

    /// How many inputs the node has, counting left-out ones in the middle.
    package var count: Int { values.count }

    /// Whether input `index` is there.
    package func has(_ index: Int) -> Bool { index < count && values[index] != nil }

    /// What is known of an input; nil when it is left out.
    func value(_ index: Int) -> Graph.Value? { index < count ? values[index] : nil }

    /// The type of a required input.
    package func type(_ index: Int) throws(GraphError) -> ValueType {
        guard index < count, let type = values[index]?.type else {
            throw .arity(what: "inputs", expected: "at least \(index + 1)", found: count)
        }
        return type
    }

    /// The type of a required input of `rank` dimensions.
    package func type(_ index: Int, rank: Int) throws(GraphError) -> ValueType {
        let type = try type(index)
        guard type.rank == rank else { throw .input(index, expected: "rank \(rank)", found: "\(type)") }
        return type
    }

    /// The elements of a constant input; nil when it is left out or not constant.
    package func constant(_ index: Int) -> Tensor? { index < count ? values[index]?.constant : nil }

    /// The elements of an integer input as expressions of sizes; nil when it is left out or not known.
    package func sizes(_ index: Int) -> [Dimension]? {
        guard index < count, let value = values[index] else { return nil }
        return value.sizes ?? value.constant?.integers?.map { .fixed($0) }
    }

    /// The number all elements of an input are; nil when they differ or are not known.
    package func splat(_ index: Int) -> Float? {
        guard index < count, let value = values[index] else { return nil }
        return value.splat
    }

    /// The integers of an input that must be known when the model loads; nil when it is left out.
    package func integers(_ index: Int, _ what: String) throws(GraphError) -> [Int]? {
        guard has(index) else { return nil }
        let known = sizes(index)?.map(\.fixedValue)
        guard let known, !known.contains(nil) else {
            throw .input(index, expected: "\(what) known when the model loads", found: "a computed value")
        }
        return known.compactMap(\.self)
    }
}
