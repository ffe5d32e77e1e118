import Tensors

extension Graph {
    /// The node that makes each value.
    func producers() -> [ValueID: Int] {
        var result = [ValueID: Int]()
        for (index, node) in nodes.enumerated() {
            for id in node.outputs.compactMap(\.self) { result[id] = index }
        }
        return result
    }

    /// How often each value is used, by nodes or as an output of the graph.
    func useCounts() -> [ValueID: Int] {
        var result = [ValueID: Int]()
        for id in nodes.flatMap(\.inputs).compactMap(\.self) + outputs { result[id, default: 0] += 1 }
        return result
    }

    /// Uses `replacement` wherever `value` is used. The value keeps its name for messages when it was an output.
    mutating func replaceUses(of value: ValueID, with replacement: ValueID) {
        for index in nodes.indices where nodes[index].inputs.contains(value) {
            nodes[index].inputs = nodes[index].inputs.map { $0 == value ? replacement : $0 }
        }
        for index in outputs.indices where outputs[index] == value {
            outputs[index] = replacement
            if self[replacement].name.isEmpty { self[replacement].name = self[value].name }
        }
    }

    /// Lets go of the elements of constants that no node reads any more.
    mutating func forgetUnusedConstants() {
        let used = useCounts()
        for index in values.indices where self[ValueID(index: index)].constant != nil {
            let id = ValueID(index: index)
            if used[id] == nil { self[id].constant = nil }
        }
    }

    /// Copies constants that are parts of a mapped file, so that the graph needs it no longer.
    package mutating func ownConstants() {
        for index in values.indices {
            let id = ValueID(index: index)
            if let constant = self[id].constant, constant.isBorrowed { self[id].constant = constant.owned }
        }
    }

    /// Copies weights inside of operators that are parts of a mapped file and were not packed, so that the graph needs it no
    /// longer.
    mutating func ownWeights() {
        for node in nodes {
            switch node.op {
            case let op as Convolution: op.weights.update(\.owned)
            case let op as TransposedConvolution: op.weights.update(\.owned)
            default: break
            }
        }
    }

    /// Inserts a node with one new output before node `index`.
    @discardableResult
    mutating func insertNode(_ op: any Operator, _ inputs: [ValueID?], before index: Int) throws(GraphError) -> ValueID
    {
        let types = try op.inferTypes(InferenceInputs(inputs.map { id in id.map { self[$0] } }))
        let output = addValue(type: types[0])
        nodes.insert(Node(name: "", op: op, inputs: inputs, outputs: [output]), at: index)
        return output
    }
}
