import Tensors

/// Compiles an optimised graph, its free sizes but the batch bound, to an `ExecutionPlan`.
struct PlanCompiler {
    let graph: Graph
    let kernels: Kernels
    let packedConstants: PackedConstants
    /// The free symbol of dimension 0 of the inputs; nil when the model has a fixed batch.
    let batchSymbol: String?

    /// Most floats of scratch memory for one thread: 512 MiB.
    private static let largestArena = 1 << 27

    /// Compiles for the sizes of all free symbols but the batch.
    func compile(bindings: [String: Int]) throws(GraphError) -> ExecutionPlan {
        var bindings = bindings
        if let batchSymbol {
            if let plan = try planWithLeadingBatch(bindings, batchSymbol) { return plan }
            // Some value does not keep the batch in front: compute one row at a time.
            bindings[batchSymbol] = 1
        }
        let bound = try bound(bindings)
        guard let batch = bound.inputs.first.flatMap({ bound[$0].type?.fixedShape?.dimensions.first }), batch > 0 else {
            throw .structure("the model's first input has no batch dimension")
        }
        return try plan(bound, .whole, fixedBatch: batch)
    }

    /// nil when dimension 0 is not the batch everywhere.
    private func planWithLeadingBatch(
        _ bindings: [String: Int], _ symbol: String
    ) throws(GraphError) -> ExecutionPlan? {
        let bound = try bound(bindings)
        let rows = RowLayout.leadingBatch(symbol)
        for node in bound.nodes {
            for id in (node.inputs + node.outputs).compactMap(\.self) where bound[id].constant == nil {
                guard let type = bound[id].type else { throw .structure("a value has no type") }
                let escapes = type.dimensions.dropFirst().contains { $0.symbols.contains(symbol) }
                if RowLayout.multiple(of: symbol, in: type) == nil || escapes { return nil }
            }
        }
        return try plan(bound, rows, fixedBatch: nil)
    }

    /// The graph with symbols replaced by numbers.
    private func bound(_ bindings: [String: Int]) throws(GraphError) -> Graph {
        var graph = graph
        for index in graph.values.indices {
            let id = Graph.ValueID(index: index)
            guard let type = graph[id].type else { continue }
            graph[id].type = ValueType(type.dtype, type.dimensions.map { $0.substituting(bindings) })
        }
        for index in graph.nodes.indices {
            if let fill = graph.nodes[index].op as? Fill {
                graph.nodes[index].op = fill.substituting(bindings)
            }
        }
        return graph
    }

    private func plan(_ graph: Graph, _ rows: RowLayout, fixedBatch: Int?) throws(GraphError) -> ExecutionPlan {
        let builder = PlanBuilder(graph: graph, rows: rows)
        let hasFixedSizes = self.graph.freeSymbols.isEmpty
        for id in graph.inputs + graph.outputs {
            try check(graph[id], rows)
        }
        for (index, node) in graph.nodes.enumerated() {
            var context = LoweringContext(
                node: node, nodeIndex: index, builder: builder, packedConstants: packedConstants, kernels: kernels,
                isOnlyPlan: hasFixedSizes)
            do {
                for id in (node.inputs + node.outputs).compactMap(\.self) where graph[id].constant == nil {
                    try check(graph[id], rows)
                }
                try node.op.lower(&context)
            } catch {
                throw error.located(in: node)
            }
        }
        let outputs = try outputRoots(builder)
        let segments = Segment.segments(of: builder.steps.map(\.granularity))
        var planner = try MemoryPlanner(builder: builder, inputs: graph.inputs, outputs: outputs, segments: segments)
        let layout = try planner.layout()
        guard layout.arenaFloats <= Self.largestArena else {
            throw .unsupported(
                "a row needs \(layout.arenaFloats) numbers of scratch memory; at most \(Self.largestArena) are supported"
            )
        }
        let steps = builder.steps.enumerated().map { index, step in
            Step(
                name: step.name, granularity: step.granularity, operands: layout.operandRanges[index],
                body: step.body)
        }
        return ExecutionPlan(
            steps: steps, segments: segments, layout: layout,
            inputSizes: try graph.inputs.map { id throws(GraphError) in
                try sampleShape(of: id, graph, rows, fixedBatch).elementCount
            },
            outputShapes: try graph.outputs.map { id throws(GraphError) in
                try sampleShape(of: id, graph, rows, fixedBatch)
            },
            fixedBatch: fixedBatch)
    }

    /// Throws unless a computed value has elements of the type plans compute with, and rows of a sane size.
    private func check(_ value: Graph.Value, _ rows: RowLayout) throws(GraphError) {
        _ = try rows.rowShape(of: value.type)
        guard let dtype = value.type?.dtype, dtype != .float32 else { return }
        throw .unsupported("\"\(value.name)\" has element type \(dtype); only float32 is supported")
    }

    /// The shape of one row of an input or output as the caller sees it.
    private func sampleShape(
        of id: Graph.ValueID, _ graph: Graph, _ rows: RowLayout, _ fixedBatch: Int?
    ) throws(GraphError) -> Shape {
        let shape = try rows.rowShape(of: graph[id].type)
        guard let fixedBatch else { return shape }
        guard shape.dimensions.first == fixedBatch else {
            throw .structure("dimension 0 of \"\(graph[id].name)\" \(shape) is not the batch of \(fixedBatch)")
        }
        return Shape(Array(shape.dimensions.dropFirst()))
    }

    /// The memory roots of the outputs: each made by a step of its own, so that each can lie in the caller's memory.
    /// An output that is an input, a constant or another output gets a copy, which no step reads.
    private func outputRoots(_ builder: PlanBuilder) throws(GraphError) -> [Graph.ValueID] {
        var roots = [Graph.ValueID]()
        for id in graph.outputs {
            let root = builder.root(of: id)
            let isFresh = !roots.contains(root) && !graph.inputs.contains(root) && builder.graph[root].constant == nil
            if isFresh {
                roots.append(root)
                continue
            }
            let size = try builder.rowSize(of: id)
            let source: PlanBuilder.Operand = builder.graph[root].constant.map { .constant($0.storage) } ?? .value(root)
            let copy = builder.addValue(like: id)
            builder.add(
                .init(name: "Copy", granularity: .row, operands: [source, .value(copy)], writes: [1]) { operands, _ in
                    unsafe operands[1].update(from: operands[0], count: size)
                })
            roots.append(copy)
        }
        return roots
    }
}

extension GraphError {
    /// The error with the node it happened in.
    func located(in node: Graph.Node) -> GraphError {
        if case .node = self { return self }
        return .node(node.name, operator: node.op.name, self)
    }
}
