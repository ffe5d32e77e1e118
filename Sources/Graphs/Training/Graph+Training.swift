import Tensors

extension Graph {
    /// The graph with what is known of its values, which keep their ids; the graph itself when it cannot be read.
    package func foldingConstants() -> Graph {
        var folded = self
        do {
            _ = try InferTypes(isForTraining: true).run(&folded)
            return folded
        } catch {
            return self
        }
    }

    /// Rewrites an imported graph into one that plans for training are made from: the named constants become inputs
    /// of the operators instead of part of them, images have their channels last, and activations and pooling are
    /// joined with the layers before them. A batch that the file fixes becomes free.
    package mutating func prepareForTraining(parameters names: Set<String>) throws(GraphError) {
        materialize(names)
        try splitProducts()
        for index in values.indices where values[index].constant != nil && names.contains(values[index].name) {
            self[ValueID(index: index)].isParameter = true
        }
        let freed = FreedBatch(self)
        try freed?.free(&self)
        _ = try InferTypes(isForTraining: true, freed: freed).run(&self)
        if takeIntegersAsFloats() { _ = try InferTypes(isForTraining: true).run(&self) }
        _ = try MoveChannelsLast().run(&self)
        let passes: [any GraphPass] = [
            InferTypes(isForTraining: true), MaterializeFills(), SimplifyTransposes(), SimplifyReshapes(),
            FuseWeighted(),
            RemoveDeadNodes(),
        ]
        for _ in 0..<1000 {
            var hasChanged = false
            for pass in passes where try pass.run(&self) { hasChanged = true }
            guard hasChanged else { break }
        }
    }

    /// Makes constants of the values with these names that are computed from constants: nobody computes them any more.
    package mutating func materialize(_ names: Set<String>) {
        let computed = nodes.indices.filter { index in
            nodes[index].outputs.contains { id in id.map { names.contains(self[$0].name) } ?? false }
        }
        guard !computed.isEmpty else { return }
        let folded = foldingConstants()
        for index in computed.reversed() where nodes[index].outputs.count == 1 {
            guard let id = nodes[index].outputs[0], let tensor = folded[id].constant else { continue }
            self[id].constant = tensor
            self[id].type = ValueType(of: tensor)
            nodes.remove(at: index)
        }
    }

    /// The names of the values that the outputs are made from.
    package var namesBehindOutputs: Set<String> {
        var (names, needed) = (Set<String>(), Set(outputs))
        for node in nodes.reversed() where node.outputs.contains(where: { id in id.map(needed.contains) ?? false }) {
            needed.formUnion(node.inputs.compactMap(\.self))
        }
        for id in needed { names.insert(self[id].name) }
        return names
    }

    /// The softmax or log-softmax along the last dimension or sigmoid that makes the only output; nil when the model ends
    /// otherwise.
    package var finalActivation: String? { finalActivationNode.map { nodes[$0].op.name } }

    private var finalActivationNode: Int? {
        guard let output = outputs.first, outputs.count == 1,
            let index = nodes.lastIndex(where: { $0.outputs.contains(output) })
        else { return nil }
        if nodes[index].op is Sigmoid { return index }
        guard let softmax = nodes[index].op as? any SoftmaxOperator else { return nil }
        return softmax.axis == -1 || softmax.axis == (self[output].type?.rank ?? 2) - 1 ? index : nil
    }

    /// Takes away the final activation, which a loss on logits folds in.
    /// - Returns: The operator's name, or nil when the model ends otherwise.
    package mutating func removeFinalActivation() -> String? {
        guard let index = finalActivationNode, let input = nodes[index].inputs.first.flatMap(\.self) else {
            return nil
        }
        let name = nodes[index].op.name
        if self[input].name.isEmpty { self[input].name = self[outputs[0]].name }
        outputs = [input]
        nodes.remove(at: index)
        return name
    }

    /// The symbols of the inputs' free sizes other than the batch.
    package var freeSymbols: Set<String> {
        inputs.reduce(into: Set<String>()) { symbols, id in
            for dimension in (self[id].type?.dimensions ?? []).dropFirst() { symbols.formUnion(dimension.symbols) }
        }
    }

    /// The graph with free sizes replaced by numbers.
    func binding(_ bindings: [String: Int]) throws(GraphError) -> Graph {
        var graph = self
        for index in graph.values.indices {
            let id = ValueID(index: index)
            guard let type = graph[id].type else { continue }
            graph[id].type = ValueType(type.dtype, type.dimensions.map { $0.substituting(bindings) })
        }
        for index in graph.nodes.indices {
            if let fill = graph.nodes[index].op as? Fill { graph.nodes[index].op = fill.substituting(bindings) }
            if let reshape = graph.nodes[index].op as? Reshape, let target = reshape.target {
                graph.nodes[index].op = Reshape(to: target.map { $0.substituting(bindings) })
            }
        }
        return graph
    }
}
