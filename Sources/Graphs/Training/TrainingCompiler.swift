package import Tensors

/// Turns a graph into a `TrainingPlan`.
package struct TrainingCompiler {
    /// The graph with its weights as inputs of its operators; see `Graph.prepareForTraining`.
    package let graph: Graph
    package let store: ParameterStore
    package let kernels: Kernels

    /// Numbers of memory a plan may take: 4 GiB.
    private static let largestArena = 1 << 30

    package init(graph: Graph, store: ParameterStore, kernels: Kernels) {
        (self.graph, self.store, self.kernels) = (graph, store, kernels)
    }

    /// - Parameters:
    ///   - capacity: Rows of the largest batch.
    ///   - bindings: The free sizes other than the batch.
    ///   - pool: The threads that share a batch; nil for the caller alone.
    /// - Returns: The plan, which changes nothing before its first run.
    /// - Throws: when an operator cannot be trained through, naming its node.
    package func compile(
        capacity: Int, bindings: [String: Int] = [:], pool: ComputePool? = nil
    ) throws(GraphError) -> TrainingPlan {
        precondition(capacity >= 1, "a batch has at least one row")
        let symbol = try batchSymbol()
        let bound = try graph.binding(bindings)
        let builder = TrainingBuilder(
            graph: bound, store: store, symbol: symbol, capacity: capacity, threads: pool?.threads ?? 1,
            kernels: kernels)
        try checkSizes(bound, symbol)
        let inputs = bound.inputs.map { builder.buffer($0, at: 0) }
        for buffer in inputs { builder.touch(buffer, at: builder.lastPosition) }
        try addForward(builder)
        guard let output = bound.outputs.first else { throw .structure("the model has no outputs") }
        let result = builder.buffer(output, at: builder.lossPosition)
        guard builder.needsGradient(output) else {
            throw .unsupported("no parameter that may change has a part in output \"\(bound[output].name)\"")
        }
        builder.touch(result, at: builder.lastPosition)
        let gradient = builder.newGradient(output, at: builder.lossPosition)
        try addBackward(builder)
        return try TrainingPlan(
            builder: builder, pool: pool, inputs: inputs, output: result, outputGradient: gradient,
            outputAxis: try builder.axis(output))
    }

    private func batchSymbol() throws(GraphError) -> String {
        guard let input = graph.inputs.first, case .symbol(let symbol)? = graph[input].type?.dimensions.first else {
            throw .unsupported("a model with a fixed batch size cannot be trained")
        }
        return symbol
    }

    /// Refuses values with sizes that are not known, and absurdly large ones.
    private func checkSizes(_ graph: Graph, _ symbol: String) throws(GraphError) {
        for node in graph.nodes {
            for id in (node.inputs + node.outputs).compactMap(\.self) {
                guard let type = graph[id].type else { throw .structure("a value has no type") }
                if graph[id].constant == nil, type.dtype != .float32 {
                    throw .unsupported("\"\(graph[id].name)\" has element type \(type.dtype); only float32 is trained")
                }
                let symbols = type.dimensions.reduce(into: Set<String>()) { $0.formUnion($1.symbols) }
                guard symbols.subtracting([symbol]).isEmpty, type.elementCount.value([symbol: 1]) != nil else {
                    throw .unsupported("\(type) has a size that is not known; training needs every size but the batch")
                }
            }
        }
    }

    private func addForward(_ builder: TrainingBuilder) throws(GraphError) {
        for (position, node) in builder.graph.nodes.enumerated() {
            var context = TrainingContext(builder: builder, node: node, position: position)
            do {
                try node.op.differentiate(&context)
            } catch {
                throw error.located(in: node)
            }
        }
    }

    private func addBackward(_ builder: TrainingBuilder) throws(GraphError) {
        for (index, node) in builder.graph.nodes.enumerated().reversed() {
            let position = builder.lastPosition - index
            let isUsed = node.outputs.contains { id in
                id.map { builder.existingGradient($0, at: position) != nil } ?? false
            }
            guard isUsed, let lower = builder.backwards[index] else { continue }
            do {
                try lower(BackwardContext(builder: builder, node: node, position: position))
            } catch {
                throw error.located(in: node)
            }
            builder.flushSums()
        }
    }
}
