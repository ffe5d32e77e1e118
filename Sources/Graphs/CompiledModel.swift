import Synchronization
package import Tensors

/// A model ready to run: its optimised graph, its weights packed once, and a plan for each binding of its free sizes.
package final class CompiledModel: Sendable {
    package let name: String
    package let inputs: [TensorSignature]
    package let outputs: [TensorSignature]
    /// As `Graph.tableRows`: a number that is no row of its table makes answers that are no numbers.
    package let tableRows: [Int?]
    /// Numbers the model learned: elements of all constants of two or more dimensions and of their biases.
    package let parameterCount: Int
    /// The graph that plans are made from.
    package let graph: Graph

    private let compiler: PlanCompiler
    private let packedConstants = PackedConstants()
    private let plans = Mutex<[[String: Int]: ExecutionPlan]>([:])

    /// Plans kept for different bindings; a client that sends every sequence length must not fill the memory.
    private static let planLimit = 64

    /// Optimises `graph` for `kernels`; throws when the model holds something Apus does not compute.
    package init(_ graph: Graph, kernels: Kernels) throws(GraphError) {
        var optimized = graph
        parameterCount = graph.values.reduce(0) { count, value in
            count + (value.constant.map { $0.dtype == .float32 ? $0.elementCount : 0 } ?? 0)
        }
        try optimized.optimize()
        optimized.forgetUnusedConstants()
        packedConstants.pack(optimized, kernels)
        optimized.ownConstants()
        name = graph.name
        self.graph = optimized
        tableRows = optimized.tableRows
        inputs = optimized.inputs.map { Self.signature(of: $0, optimized, stated: optimized[$0]) }
        // Passes may put another value in an output's place; the caller knows it by the name and type in the file.
        outputs = zip(optimized.outputs, graph.outputs).map { Self.signature(of: $0, optimized, stated: graph[$1]) }
        guard let first = inputs.first, !outputs.isEmpty else {
            throw .structure("the model has no \(inputs.isEmpty ? "inputs" : "outputs")")
        }
        var batchSymbol: String?
        if case .symbol(let symbol) = first.dimensions.first { batchSymbol = symbol }
        for input in inputs where input.dimensions.isEmpty {
            throw .structure("input \"\(input.name)\" has no dimensions; expected the batch as its first")
        }
        for input in inputs where input.dimensions.first != first.dimensions.first {
            throw .structure("inputs \"\(first.name)\" and \"\(input.name)\" differ in dimension 0, the batch")
        }
        compiler = PlanCompiler(
            graph: optimized, kernels: kernels, packedConstants: packedConstants, batchSymbol: batchSymbol)
        if optimized.freeSymbols.isEmpty {
            // Convolutions are packed for the one size there is, right from where their weights are.
            let plan = try compiler.compile(bindings: [:])
            plans.withLock { $0[[:]] = plan }
        }
        optimized.ownWeights()
    }

    /// Bytes of the packed weights.
    package var packedByteCount: Int { packedConstants.byteCount }

    /// Bytes of the constants that plans are made from, which are not the packed weights.
    package var constantByteCount: Int {
        var seen: Set<ObjectIdentifier> = []
        return graph.values.reduce(0) { count, value in
            guard let storage = value.constant?.storage, seen.insert(ObjectIdentifier(storage)).inserted else {
                return count
            }
            return count + storage.byteCount
        }
    }

    /// The plan for sizes of the free symbols other than the batch, e.g. `["time": 28]`.
    package func plan(bindings: [String: Int]) throws(GraphError) -> ExecutionPlan {
        if let plan = plans.withLock({ $0[bindings] }) { return plan }
        let plan = try compiler.compile(bindings: bindings)
        plans.withLock { plans in
            if plans.count >= Self.planLimit, let oldest = plans.keys.first { plans[oldest] = nil }
            plans[bindings] = plan
        }
        return plan
    }

    private static func signature(of id: Graph.ValueID, _ graph: Graph, stated: Graph.Value) -> TensorSignature {
        let type = graph[id].type ?? ValueType(.float32, [])
        return TensorSignature(name: stated.name, dtype: stated.statedType ?? type.dtype, dimensions: type.dimensions)
    }
}
