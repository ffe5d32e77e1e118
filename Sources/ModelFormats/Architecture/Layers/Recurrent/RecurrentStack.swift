import Graphs
import JSON
import Tensors

/// Recurrent cells on each other, each over the hidden states of the one before it.
struct RecurrentStack: Sendable {
    let levels: [RecurrentLevel]
    let returnsSequences, returnsState: Bool
    /// What training drops between one level and the next.
    let dropout: Double

    /// - Parameters:
    ///   - cells: From the lowest on.
    ///   - directions: In which all of them walk.
    ///   - returnsSequences: Whether the result has all steps.
    ///   - returnsState: Whether the last states are asked for.
    ///   - dropout: What training drops between the levels.
    ///   - isBackwardLayer: Whether the parameters are those of a layer's second direction.
    init(
        cells: [RecurrentCellSettings], directions: RecurrentLevel.Directions, returnsSequences: Bool,
        returnsState: Bool, dropout: Double = 0, isBackwardLayer: Bool = false
    ) {
        levels = cells.enumerated().map { index, cell in
            RecurrentLevel(cell: cell, index: index, directions: directions, isBackwardLayer: isBackwardLayer)
        }
        (self.returnsSequences, self.returnsState, self.dropout) = (returnsSequences, returnsState, dropout)
    }

    /// The numbers of one step of the result.
    var width: Int { levels[levels.count - 1].width }

    /// The shape of each state: level by level, of each direction the hidden state and an LSTM's cell state.
    var stateShapes: [SampleShape] {
        levels.flatMap { level in
            [SampleShape](
                repeating: [level.cell.units],
                count: level.width / level.cell.units * level.cell.kind.stateCount)
        }
    }

    /// Adds the parameters to a plan.
    /// - Parameters:
    ///   - plan: The layer's.
    ///   - context: The layer's; its first input is the sequence.
    ///   - states: The shapes of the states before the first step; empty for zeros.
    /// - Returns: The shape of the sequence.
    /// - Throws: for an input that is no sequence, and states that do not fit.
    func add(
        to plan: inout LayerPlan, _ context: LayerContext, states: [SampleShape]
    ) throws(FieldError) -> SampleShape {
        let input = context.inputs[0]
        guard input.rank == 2 else { throw context.mismatch("a sequence [steps, features]", input) }
        guard states.isEmpty || states == stateShapes else {
            throw FieldError(
                path: "\(context.path).inputs",
                expected: "one sequence, or also \(stateShapes.count) states of the shapes \(stateShapes)",
                found: "\(context.inputs.count) inputs of the shapes \(context.inputs)")
        }
        var features = try context.fixed(input.sizes[1], "features", of: input)
        for level in levels {
            level.add(to: &plan, features: features, context)
            features = level.width
        }
        return input
    }

    /// The result, [batch, steps, width] or [batch, width], and the last states, each [batch, units].
    struct Results {
        let output: Graph.ValueID
        let states: [Graph.ValueID]
    }

    /// Adds the nodes.
    /// - Parameters:
    ///   - graph: Where the layer is added; its first input is the sequence.
    ///   - states: The states before the first step; empty for zeros.
    ///   - zeroesMaskedOutput: Whether outputs are 0 where a step does not count.
    /// - Returns: The results.
    /// - Throws: when an operator refuses its attributes.
    func add(
        to graph: inout LayerGraph, states: [Graph.ValueID], zeroesMaskedOutput: Bool
    ) throws(GraphError) -> Results {
        var input = graph.input
        var left = states[...]
        var last: [Graph.ValueID] = []
        for (index, level) in levels.enumerated() {
            let isTop = index == levels.count - 1
            // The last output is the last state, unless that is to be 0 where the last step does not count.
            let takesLastStep =
                isTop && !returnsSequences && zeroesMaskedOutput && graph.mask != nil && isKerasMask(graph)
            let wantsSequence = !isTop || returnsSequences || takesLastStep
            let stateCount = level.cell.kind.stateCount
            let results = try level.add(
                to: &graph, input, initial: try joined(&left, level, &graph), repeatsOutput: !zeroesMaskedOutput,
                wantsSequence: wantsSequence, wantsStates: returnsState ? stateCount : wantsSequence ? 0 : 1)
            if returnsState { last += try split(results.states, level, &graph) }
            if let sequence = results.sequence {
                input = try graph.reshaped(sequence, to: [nil, level.width])
                if !isTop, dropout > 0, graph.convention == .pytorch {
                    input = graph.apply1(Dropout(ratio: Float(dropout)), [input])
                }
            } else {
                input = try graph.reshaped(results.states[0], to: [level.width])
            }
            if takesLastStep { input = try lastStep(input, level, &graph) }
        }
        return Results(output: input, states: last)
    }

    /// Only Keras's layers with their own setting hand on 0 for the last step; PyTorch's hand on the last state.
    private func isKerasMask(_ graph: LayerGraph) -> Bool {
        graph.convention == .keras && levels[0].directions != .both
    }

    private func lastStep(
        _ sequence: Graph.ValueID, _ level: RecurrentLevel, _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        let place = graph.constant(Tensor([level.directions == .reverse ? 0 : -1], shape: []))
        return graph.apply1(Gather(axis: 1), [sequence, place])
    }

    /// Takes the states of a level, each [batch, units], and joins those of its directions, [batch, directions, units].
    private func joined(
        _ states: inout ArraySlice<Graph.ValueID>, _ level: RecurrentLevel, _ graph: inout LayerGraph
    ) throws(GraphError) -> [Graph.ValueID] {
        guard !states.isEmpty else { return [] }
        let (count, directions) = (level.cell.kind.stateCount, level.width / level.cell.units)
        let own = Array(states.prefix(count * directions))
        states = states.dropFirst(count * directions)
        var result: [Graph.ValueID] = []
        for state in 0..<count {
            var parts: [Graph.ValueID] = []
            for direction in 0..<directions {
                parts.append(try graph.reshaped(own[direction * count + state], to: [1, level.cell.units]))
            }
            result.append(parts.count == 1 ? parts[0] : graph.apply1(Concat(axis: 1), parts))
        }
        return result
    }

    /// The states of a level's directions, each [batch, units].
    private func split(
        _ states: [Graph.ValueID], _ level: RecurrentLevel, _ graph: inout LayerGraph
    ) throws(GraphError) -> [Graph.ValueID] {
        let directions = level.width / level.cell.units
        var result: [Graph.ValueID] = []
        for direction in 0..<directions {
            for state in states {
                guard directions > 1 else {
                    result.append(try graph.reshaped(state, to: [level.cell.units]))
                    continue
                }
                let place = graph.constant(Tensor([direction], shape: []))
                result.append(graph.apply1(Gather(axis: 1), [state, place]))
            }
        }
        return result
    }
}
