import Graphs
import JSON
import Tensors

/// One recurrent operator of a layer: a cell in one or both directions, the n-th of several on each other.
///
/// The graph takes sequences batch first (ONNX's `layout` 1), which is what plans want: the last states are operator's
/// outputs of their own, so that nobody stores the others.
struct RecurrentLevel: Sendable {
    enum Directions: String, Sendable { case forward, reverse, both = "bidirectional" }

    let cell: RecurrentCellSettings
    let index: Int
    let directions: Directions
    /// Whether the parameters are those of a layer's second direction, which stands by itself.
    var isBackwardLayer = false

    /// The operator's results: all hidden states [batch, steps, directions, units] and the last states
    /// [batch, directions, units]; those that were not asked for are nil.
    struct Results {
        var sequence: Graph.ValueID?
        var states: [Graph.ValueID] = []
    }

    private var count: Int { directions == .both ? 2 : 1 }

    /// The numbers of one step of the result.
    var width: Int { count * cell.units }

    /// What stands behind W, R and B in the names of the graph's constants.
    private var suffix: String { (index == 0 ? "" : "_l\(index)") + (isBackwardLayer ? "_reverse" : "") }

    private func sizes(_ features: Int, _ convention: InitializerConvention) -> RecurrentSizes {
        let names = isBackwardLayer ? ["l\(index)_reverse"] : ["l\(index)", "l\(index)_reverse"]
        return RecurrentSizes(
            kind: cell.kind, units: cell.units, features: features, suffix: suffix,
            fileSuffixes: Array(names.prefix(count)),
            biasVectors: cell.biasVectors ?? cell.kind.biasVectors(convention))
    }

    /// Adds the level's parameters to a plan, for so many features of a step.
    func add(to plan: inout LayerPlan, features: Int, _ context: LayerContext) {
        let sizes = sizes(features, context.convention)
        plan.parameters += parameters(sizes, context)
        plan.fileTensors += sizes.fileTensors(layer: context.name)
    }

    private func parameters(_ sizes: RecurrentSizes, _ context: LayerContext) -> [ParameterSpec] {
        let isKeras = context.convention == .keras
        // PyTorch takes ±1/√units for all, which is its usual rule with so many inputs.
        let (input, recurrent) = (
            cell.kernelInitializer ?? InitializerName.weight(context.convention),
            cell.recurrentInitializer ?? (isKeras ? "orthogonal" : InitializerName.pytorchUniform)
        )
        var result = [
            sizes.weights(
                context.parameter("W" + suffix), columns: sizes.features, input,
                fanIn: input == InitializerName.pytorchUniform ? cell.units : sizes.features),
            sizes.weights(context.parameter("R" + suffix), columns: cell.units, recurrent, fanIn: cell.units),
        ]
        if sizes.biasVectors > 0 {
            let forgets = cell.hasUnitForgetBias ?? (isKeras && cell.biasInitializer == nil && cell.kind == .lstm)
            result.append(
                sizes.bias(
                    context.parameter("B" + suffix), cell.biasInitializer ?? InitializerName.bias(context.convention),
                    hasUnitForgetBias: forgets))
        }
        return result
    }

    /// Adds the operator's node.
    /// - Parameters:
    ///   - graph: Where the layer is added.
    ///   - input: [batch, steps, features]
    ///   - initial: The states before the first step, each [batch, directions, units]; empty for zeros.
    ///   - repeatsOutput: Whether outputs repeat themselves where a step does not count.
    ///   - wantsSequence: Whether all hidden states are asked for.
    ///   - wantsStates: How many of the last states are asked for.
    /// - Returns: What was asked for.
    /// - Throws: when the operator refuses its attributes.
    func add(
        to graph: inout LayerGraph, _ input: Graph.ValueID, initial: [Graph.ValueID], repeatsOutput: Bool,
        wantsSequence: Bool, wantsStates: Int
    ) throws(GraphError) -> Results {
        var attributes = RecurrentAttributes.activations(
            cell.activations, usual: cell.kind.usualActivations, directions: count)
        attributes["hidden_size"] = .int(cell.units)
        attributes["layout"] = .int(1)
        attributes["direction"] = .string(directions.rawValue)
        if cell.kind == .gru(resetsAfterProduct: true) { attributes["linear_before_reset"] = .int(1) }
        if repeatsOutput, graph.mask != nil { attributes[RecurrentAttributes.repeatsOutputName] = .int(1) }
        if cell.recurrentDropout > 0 {
            attributes[RecurrentAttributes.recurrentDropoutName] = .float(Float(cell.recurrentDropout))
        }
        let op = try OperatorRegistry.make(
            cell.kind.operatorName, domain: "", attributes: LayerGraph.attributes(attributes))
        let parameters = ["W", "R", "B"].map { graph.parameter($0 + suffix) }
        var inputs = [try prepared(input, &graph)] + parameters + [graph.mask?.id] + initial.map { Optional($0) }
        while inputs.last == .some(nil) { inputs.removeLast() }
        let results = graph.apply(op, inputs, outputCount: 1 + wantsStates)
        if !wantsSequence { graph.drop(output: 0) }
        return Results(sequence: wantsSequence ? results[0] : nil, states: Array(results.dropFirst()))
    }

    /// The input with what only training does to it.
    private func prepared(_ input: Graph.ValueID, _ graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        var input = input
        if cell.dropout > 0, graph.convention == .keras {
            input = graph.apply1(Dropout(ratio: Float(cell.dropout), sharedAxes: [1]), [input])
        }
        return input
    }
}
