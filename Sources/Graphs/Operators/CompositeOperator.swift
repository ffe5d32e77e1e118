import Tensors

/// An operator that stands for several others, which `ExpandComposites` puts in its place.
protocol CompositeOperator: Operator {
    /// Adds the operators it stands for.
    /// - Parameter parts: Where to; it knows the inputs.
    /// - Returns: Their result, made by the last of them; nil to stay as it is.
    /// - Throws: when an input does not fit.
    func expand(_ parts: inout Expansion) throws(GraphError) -> Graph.ValueID?
}

extension CompositeOperator {
    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var parts = Expansion(inputs)
        guard let result = try expand(&parts), let type = parts.graph[result].type else { return [] }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var parts = Expansion(
            InferenceInputs(
                inputs.map { tensor in
                    tensor.map { tensor in
                        var value = Graph.Value(name: "", type: ValueType(of: tensor))
                        value.constant = tensor
                        return value
                    }
                }))
        guard let result = try expand(&parts) else { return [] }
        var graph = parts.graph
        graph.outputs = [result]
        return try graph.evaluate([])
    }
}

/// A graph to which a `CompositeOperator` adds what it stands for.
struct Expansion {
    private(set) var graph: Graph
    /// The operator's inputs; nil for one left out.
    let inputs: [Graph.ValueID?]
    /// Where the next node goes.
    private(set) var position: Int

    /// A graph of its own, with values for the inputs.
    init(_ inputs: InferenceInputs) {
        var graph = Graph(name: "")
        self.inputs = (0..<inputs.count).map { index in
            inputs.value(index).map { value in
                let id = graph.addValue(value.name, type: value.type)
                graph[id] = value
                return id
            }
        }
        self.graph = graph
        position = 0
    }

    /// The place of node `index` of a graph.
    init(_ graph: Graph, before index: Int) {
        self.graph = graph
        inputs = graph.nodes[index].inputs
        position = index
    }

    /// A required input.
    func input(_ index: Int) throws(GraphError) -> Graph.ValueID {
        guard index < inputs.count, let id = inputs[index] else {
            throw .arity(what: "inputs", expected: "at least \(index + 1)", found: inputs.count)
        }
        return id
    }

    /// What is known of a value.
    func type(_ id: Graph.ValueID) -> ValueType { graph[id].type ?? ValueType(.float32, []) }

    /// The sizes of a value along some axes, which must be known.
    func sizes(_ id: Graph.ValueID, _ axes: Range<Int>) throws(GraphError) -> [Int] {
        let sizes = type(id).dimensions[axes].map(\.fixedValue)
        guard !sizes.contains(nil) else { throw .unsupported("\(type(id)) has a free size where it must be known") }
        return sizes.compactMap(\.self)
    }

    mutating func constant(_ tensor: Tensor) -> Graph.ValueID { graph.addConstant(tensor) }

    mutating func apply(_ op: any Operator, _ inputs: Graph.ValueID?...) throws(GraphError) -> Graph.ValueID {
        let id = try graph.insertNode(op, inputs, before: position)
        position += 1
        return id
    }

    /// `value` under another shape.
    mutating func reshaped(_ value: Graph.ValueID, to dimensions: [Dimension]) throws(GraphError) -> Graph.ValueID {
        try apply(Reshape(to: dimensions), value)
    }
}
