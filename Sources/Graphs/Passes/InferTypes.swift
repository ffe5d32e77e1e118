import Tensors

/// Infers the type of every value, and computes on the way what can be known when the model loads: constants, sizes
/// made from shapes, and operators whose parameters were inputs in the file.
struct InferTypes: GraphPass {
    /// Whether dropout stays, which inference takes away.
    var isForTraining = false
    /// Whether casts to integers stay that, as files have them, although plans compute in float32.
    var keepsCasts = false

    /// A batch that is made free, where the file fixes it.
    var freed: FreedBatch?

    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        var kept = [Graph.Node]()
        // The next node stands last. One without outputs, which a file may have, makes nothing.
        var open = Array(graph.nodes.reversed().filter { $0.outputs.contains { $0 != nil } })
        while var node = open.popLast() {
            do {
                joinTypes(&node, &graph)
                if let before = try freed?.adapt(&node, &graph), !before.isEmpty {
                    open += [node] + before.reversed()
                    continue
                }
                if let parts = try decomposed(node, &graph) {
                    open += parts.reversed()
                    hasChanged = true
                    continue
                }
                hasChanged = try specialize(&node, graph) || hasChanged
                if try infer(node, &graph) { kept.append(node) } else { hasChanged = true }
            } catch {
                throw error.located(in: node)
            }
        }
        graph.nodes = kept
        for id in graph.outputs where graph[id].type == nil {
            throw .structure("output \"\(graph[id].name)\" is made by no node")
        }
        return hasChanged
    }

    /// Makes float32 of integers that are known where they meet computed numbers in an operator for one type.
    private func joinTypes(_ node: inout Graph.Node, _ graph: inout Graph) {
        guard type(of: node.op).joinsTypes else { return }
        let types = node.inputs.map { id in id.flatMap { graph[$0].type?.dtype } }
        guard types.contains(.float32) else { return }
        for (index, id) in node.inputs.enumerated() {
            guard let id, let tensor = graph[id].constant, tensor.dtype != .float32 else { continue }
            node.inputs[index] = graph.addConstant(tensor.convertedToFloat32())
        }
    }

    /// The nodes that a node becomes; nil when it stays.
    private func decomposed(_ node: Graph.Node, _ graph: inout Graph) throws(GraphError) -> [Graph.Node]? {
        var decomposition = Decomposition(graph: graph, node: node)
        guard let results = try node.op.decomposed(&decomposition) else { return nil }
        graph = decomposition.graph
        var nodes = decomposition.nodes
        for (output, result) in zip(node.outputs, results) {
            guard let output else { continue }
            guard let index = nodes.lastIndex(where: { $0.outputs == [result] }) else {
                throw .structure("\(node.op.name) is made of no node")
            }
            nodes[index].outputs = [output]
            for later in nodes.indices { nodes[later].inputs = nodes[later].inputs.map { $0 == result ? output : $0 } }
        }
        return nodes
    }

    /// Takes in as attributes what is known of the inputs.
    private func specialize(_ node: inout Graph.Node, _ graph: Graph) throws(GraphError) -> Bool {
        if keepsCasts, node.op is Cast { return false }
        if let hasChanged = try keepWeights(&node, graph) { return hasChanged }
        var hasChanged = false
        while let special = try node.op.specialized(inputs(of: node, graph)) {
            take(special, &node)
            hasChanged = true
        }
        return hasChanged
    }

    /// Lets an operator keep its weights as inputs: in training all that have weights do, whether those change or not.
    /// - Returns: Whether the node has changed; nil for an operator without weights.
    private func keepWeights(_ node: inout Graph.Node, _ graph: Graph) throws(GraphError) -> Bool? {
        let hasParameters = node.inputs.contains { id in id.map { graph[$0].isParameter } ?? false }
        guard hasParameters || isForTraining else { return nil }
        if isForTraining, node.op is Dropout { return false }
        guard hasParameters || !type(of: node.op).parameterInputs.isEmpty else { return nil }
        let special: Specialization?
        do {
            special = try node.op.weighted(inputs(of: node, graph))
        } catch {
            // Without parameters it may still be a constant, and otherwise says itself that it is not trained.
            guard hasParameters else { return false }
            throw error
        }
        guard let special else { return false }
        take(special, &node)
        return true
    }

    private func take(_ special: Specialization, _ node: inout Graph.Node) {
        node.inputs = special.inputs.map { index in index.flatMap { $0 < node.inputs.count ? node.inputs[$0] : nil } }
        node.op = special.op
    }

    private func inputs(of node: Graph.Node, _ graph: Graph) -> InferenceInputs {
        InferenceInputs(node.inputs.map { id in id.map { graph[$0] } })
    }

    /// Notes what is known of the node's outputs; returns whether the node is still needed to compute them.
    private func infer(_ node: Graph.Node, _ graph: inout Graph) throws(GraphError) -> Bool {
        let inputs = inputs(of: node, graph)
        for id in node.inputs.compactMap(\.self) where graph[id].type == nil {
            throw .structure("input \"\(graph[id].name)\" is made by no node before it")
        }
        let types = try node.op.inferTypes(inputs)
        for (index, id) in node.outputs.enumerated() {
            guard let id else { continue }
            guard index < types.count else {
                throw .unsupported("output \(index) of \(node.op.name) is not supported")
            }
            graph[id].type = types[index]
        }
        guard let output = node.outputs.first.flatMap(\.self) else { return true }
        graph[output].splat = node.op.inferSplat(inputs)
        if types[0].dtype.isInteger || types[0].dtype == .bool, types[0].rank <= 1,
            let sizes = node.op.inferSizes(inputs)
        {
            graph[output].sizes = sizes
        }
        return try !fold(node, &graph)
    }

    /// Computes the outputs if they are known; returns whether they are.
    private func fold(_ node: Graph.Node, _ graph: inout Graph) throws(GraphError) -> Bool {
        if let output = node.outputs.first.flatMap(\.self), node.outputs.count == 1, let type = graph[output].type,
            let known = graph[output].sizes?.map(\.fixedValue), !known.contains(nil),
            type.dtype == .int64 || type.dtype == .bool
        {
            let numbers = Tensor(known.compactMap(\.self), shape: type.rank == 0 ? [] : [known.count])
            graph[output].constant = try Cast(to: type.dtype).evaluate([numbers])[0]
            return true
        }
        let ids = node.inputs.compactMap(\.self)
        guard ids.allSatisfy({ graph[$0].constant != nil && !graph[$0].isParameter }), !(node.op is Fill) else {
            return false
        }
        // Results may be as large as what they are made from, such as transposed weights; what grows stays small.
        let largest = ids.compactMap { graph[$0].constant?.elementCount }.max() ?? 0
        let limit = type(of: node.op).isCostly ? 1 << 16 : max(1 << 22, largest)
        for id in node.outputs.compactMap(\.self) {
            guard let shape = graph[id].type?.fixedShape else { return false }
            guard shape.dimensions.reduce(Optional(1), Self.product) ?? .max <= limit else {
                throw .unsupported("a constant of shape \(shape) is too large to be computed when the model loads")
            }
        }
        let results = try node.op.evaluate(node.inputs.map { id in id.flatMap { graph[$0].constant } })
        for (id, tensor) in zip(node.outputs, results) {
            guard let id else { continue }
            graph[id].constant = tensor
            graph[id].type = ValueType(of: tensor)
        }
        return true
    }

    private static func product(_ partial: Int?, _ size: Int) -> Int? {
        guard let (value, overflow) = partial?.multipliedReportingOverflow(by: size), !overflow else { return nil }
        return value
    }
}
