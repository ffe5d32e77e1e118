package import Tensors

/// Parts of the input along an axis, one output for each: it becomes a `Slice` for each.
package struct Split: Operator {
    package static let name = "Split"
    let axis: Int
    /// The sizes of the parts as an attribute, as files had them before they became an input.
    let sizes: [Int]?
    /// How many parts of one size there are, which readers of files fill in where it is not said.
    let count: Int?

    package init(attributes: Attributes) throws(GraphError) {
        axis = try attributes.int("axis") ?? 0
        sizes = try attributes.ints("split")
        count = try attributes.int("num_outputs")
    }

    /// The parts of an axis of `size`, in order; all of one size when nothing says else.
    private func parts(_ given: [Int]?, of size: Int, outputs: Int) throws(GraphError) -> [Range<Int>] {
        let outputs = count ?? outputs
        let each = outputs > 0 ? (size + outputs - 1) / outputs : 0
        let sizes = given ?? sizes ?? (0..<outputs).map { min(each, max(0, size - $0 * each)) }
        var parts: [Range<Int>] = []
        for part in sizes {
            let start = parts.last?.upperBound ?? 0
            guard part > 0, part <= size - start else { break }
            parts.append(start..<(start + part))
        }
        guard parts.count == sizes.count, parts.last?.upperBound == size else {
            throw .input(1, expected: "sizes of at least 1 that are \(size) together", found: "\(sizes)")
        }
        return parts
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, input) = (graph.inputs, try graph.input(0))
        let type = try inputs.type(0)
        let axis = try Axis.normalized(axis, rank: type.rank)
        guard let size = type.dimensions[axis].fixedValue else {
            throw .unsupported("Split of dimension \(axis), whose size is free, is not supported")
        }
        let parts = try parts(try inputs.integers(1, "sizes"), of: size, outputs: graph.outputCount)
        guard parts.count >= graph.outputCount else {
            throw .arity(what: "outputs", expected: "\(parts.count)", found: graph.outputCount)
        }
        return parts.prefix(graph.outputCount).map { graph.add(Slice.part($0, axis: axis), [input]) }
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        throw .unsupported("Split is only supported as slices")
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let axis = try Axis.normalized(axis, rank: input.shape.rank)
        guard sizes ?? inputs.optional(1)?.integers != nil || count != nil else {
            throw .attribute("num_outputs", expected: "the number of parts", found: "none")
        }
        let parts = try parts(inputs.optional(1)?.integers, of: input.shape[axis], outputs: 0)
        var results: [Tensor] = []
        for part in parts { results += try Slice.part(part, axis: axis).evaluate([input]) }
        return results
    }
}
