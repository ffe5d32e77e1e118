import Tensors

/// A training plan while operators add their steps: which memory there is, and who uses it when.
///
/// Positions order all steps: node n computes at n, the loss at N (the number of nodes), the gradient of node n at
/// 2N - n.
final class TrainingBuilder {
    /// Where a buffer lies.
    enum Place {
        /// In the arena, alive for a range of positions. Floats.
        case arena(floats: Int, lifetime: ClosedRange<Int>)
        /// In the scratch memory of each thread. Floats.
        case scratch(offset: Int)
        case constant(AlignedStorage)
        /// A parameter's values, and its gradient.
        case parameter(Int)
        case parameterGradient(Int)
    }

    let graph: Graph
    let kernels: Kernels
    let store: ParameterStore
    let symbol: String
    let capacity: Int
    let threads: Int
    var lossPosition: Int { graph.nodes.count }
    var lastPosition: Int { 2 * graph.nodes.count }

    var preparations: [TrainingStep] = []
    var forward: [TrainingStep] = []
    var backward: [TrainingStep] = []
    var backwards: [Int: (BackwardContext) throws(GraphError) -> Void] = [:]
    private(set) var places: [Place] = []
    private(set) var scratchFloats = 0
    private var values: [Graph.ValueID: TrainingBuffer] = [:]
    private var gradients: [Graph.ValueID: TrainingBuffer] = [:]
    private var wanted: Set<Graph.ValueID> = []
    private var scratchEnds: [Int: Int] = [:]
    /// What the node at work still has to add to gradients that others have written.
    private var pendingSums: [(from: TrainingBuffer, to: TrainingBuffer, axis: BatchAxis)] = []

    init(graph: Graph, store: ParameterStore, symbol: String, capacity: Int, threads: Int, kernels: Kernels) {
        (self.graph, self.store, self.symbol, self.capacity) = (graph, store, symbol, capacity)
        (self.threads, self.kernels) = (threads, kernels)
        for (index, value) in graph.values.enumerated() where value.isParameter {
            if let parameter = store.index(of: value.name), store.parameters[parameter].isTrainable {
                wanted.insert(Graph.ValueID(index: index))
            }
        }
        for node in graph.nodes
        where type(of: node.op).hasGradient
            && node.inputs.contains(where: { id in id.map(wanted.contains) ?? false })
        {
            wanted.formUnion(node.outputs.compactMap(\.self))
        }
    }

    // MARK: Values

    /// The shape of a value with the largest batch.
    func shape(_ id: Graph.ValueID) -> Shape {
        let dimensions = (graph[id].type?.dimensions ?? []).map { $0.substituting([symbol: capacity]) }
        guard let shape = ValueType(.float32, dimensions).fixedShape else {
            preconditionFailure("sizes were bound before")
        }
        return shape
    }

    func axis(_ id: Graph.ValueID) throws(GraphError) -> BatchAxis? {
        guard let type = graph[id].type else { throw .structure("a value has no type") }
        return try BatchAxis(type, symbol: symbol, capacity: capacity)
    }

    /// The memory of a value, alive from its first to its last use.
    func buffer(_ id: Graph.ValueID, at position: Int) -> TrainingBuffer {
        if let known = values[id] {
            touch(known, at: position)
            return known
        }
        let value = graph[id]
        let buffer: TrainingBuffer
        if value.isParameter, let index = store.index(of: value.name) {
            buffer = add(.parameter(index))
        } else if let constant = value.constant {
            buffer = add(.constant(constant.storage))
        } else {
            buffer = add(.arena(floats: shape(id).elementCount, lifetime: position...position))
        }
        values[id] = buffer
        return buffer
    }

    /// Lets `id` be the memory of `source`.
    func alias(_ id: Graph.ValueID, of source: Graph.ValueID) {
        values[id] = buffer(source, at: graph.nodes.count)
    }

    /// Extends a buffer's life to a position.
    func touch(_ buffer: TrainingBuffer, at position: Int) {
        guard case .arena(let floats, let lifetime) = places[buffer.index] else { return }
        let start = min(lifetime.lowerBound, position)
        places[buffer.index] = .arena(floats: floats, lifetime: start...max(lifetime.upperBound, position))
    }

    // MARK: Memory of nodes

    func saved(floats: Int, node position: Int) -> TrainingBuffer {
        add(.arena(floats: floats, lifetime: position...position))
    }

    /// Memory that preparations write: alive all the time.
    func prepared(floats: Int) -> TrainingBuffer { add(.arena(floats: floats, lifetime: 0...lastPosition)) }

    func scratch(floats: Int, at position: Int) -> TrainingBuffer {
        let offset = scratchEnds[position] ?? 0
        let end = offset + (floats + 15) / 16 * 16
        scratchEnds[position] = end
        scratchFloats = max(scratchFloats, end)
        return add(.scratch(offset: offset))
    }

    private func add(_ place: Place) -> TrainingBuffer {
        places.append(place)
        return TrainingBuffer(index: places.count - 1)
    }

    // MARK: Gradients

    func needsGradient(_ id: Graph.ValueID) -> Bool { wanted.contains(id) }

    func parameterGradient(_ id: Graph.ValueID) -> TrainingBuffer? {
        guard wanted.contains(id), let index = store.index(of: graph[id].name) else { return nil }
        return add(.parameterGradient(index))
    }

    func existingGradient(_ id: Graph.ValueID, at position: Int) -> TrainingBuffer? {
        guard let buffer = gradients[id] else { return nil }
        touch(buffer, at: position)
        return buffer
    }

    /// Memory for the gradient of a value; a second one is added to the first after the node's steps.
    func newGradient(_ id: Graph.ValueID, at position: Int) -> TrainingBuffer {
        let buffer = add(.arena(floats: shape(id).elementCount, lifetime: position...position))
        if let first = existingGradient(id, at: position), let axis = try? axis(id) {
            pendingSums.append((buffer, first, axis))
        } else {
            gradients[id] = buffer
        }
        return buffer
    }

    /// The gradient of `id` is that of `output`, which is not used afterwards.
    func aliasGradient(of id: Graph.ValueID, with output: Graph.ValueID, at position: Int) {
        guard let source = existingGradient(output, at: position) else { return }
        if let first = existingGradient(id, at: position), let axis = try? axis(id) {
            pendingSums.append((source, first, axis))
        } else {
            gradients[id] = source
        }
    }

    /// Adds the steps that the sums of a node's gradients need.
    func flushSums() {
        for (from, to, axis) in pendingSums {
            let kernels = kernels
            backward.append(
                TrainingStep(name: "Sum", kind: .rows) { operands in
                    axis.forEachBlock(operands.rows) { offset, count in
                        unsafe kernels.add(
                            operands[from] + offset, operands[to] + offset, into: operands[to] + offset, count: count)
                    }
                })
        }
        pendingSums = []
    }
}
