import Graphs
import Tensors

/// A graph that grows layer by layer, as the layer that is being added sees it.
struct LayerGraph {
    private(set) var graph: Graph
    private let parameters: [String: Graph.ValueID]
    /// Whose usual settings a layer takes when it names none.
    let convention: InitializerConvention
    /// What stands before the layer's name in the names of its parameters.
    var prefix = ""
    /// The name of the layer or of the one whose parameters it shares, its inputs and their shapes.
    var name = ""
    var inputs: [Graph.ValueID] = []
    var shapes: [SampleShape] = []
    /// Which steps of each input count; nil when all do.
    var masks: [LayerMask?] = []
    /// The shape of the layer's result.
    var output: SampleShape = []
    /// Which steps of the layer's result count: those of its first input, if the layer says nothing else.
    var mask: LayerMask?
    /// Results of the layer beside the first.
    var others: [Graph.ValueID] = []

    /// A value that layers take: an input or a result of a layer.
    struct Value {
        let id: Graph.ValueID
        let shape: SampleShape
        var mask: LayerMask?
    }

    /// Starts with a constant for each parameter, named after it.
    init(
        name: String, convention: InitializerConvention, parameters: [(name: String, tensor: Tensor)]
    ) {
        self.convention = convention
        graph = Graph(name: name)
        var ids: [String: Graph.ValueID] = [:]
        for (name, tensor) in parameters { ids[name] = graph.addConstant(tensor, name: name) }
        self.parameters = ids
    }

    /// Adds layers one after another, and what they make to the values by name.
    mutating func add(_ nodes: [ArchitectureNode], _ values: inout [String: Value]) throws(GraphError) {
        for node in nodes {
            let taken = node.inputs.compactMap { values[$0] }
            name = prefix + (node.shares ?? node.name)
            inputs = taken.map(\.id)
            shapes = taken.map(\.shape)
            masks = taken.map(\.mask)
            output = node.plan.output
            mask = masks[0]
            others = []
            let ids = [try node.layer.add(to: &self)] + others
            let handedOn = node.layer.keepsSteps ? mask : nil
            for (index, (result, id)) in zip(node.plan.results(of: node.name), ids).enumerated() {
                values[result.name] = Value(id: id, shape: result.shape, mask: nil)
                // Further results are states, but for those of a second direction.
                if index == 0 || result.shape == node.plan.output { values[result.name]?.mask = handedOn }
            }
        }
    }

    /// Takes the place of the layer that is being added from `other`, after adding layers inside of it.
    mutating func restorePlace(of other: LayerGraph) {
        (prefix, name, inputs, shapes) = (other.prefix, other.name, other.inputs, other.shapes)
        (masks, output, mask, others) = (other.masks, other.output, other.mask, other.others)
    }

    /// The layer's first input.
    var input: Graph.ValueID { inputs[0] }

    /// The constant of one of the layer's parameters; nil when the layer has none of that name.
    func parameter(_ suffix: String) -> Graph.ValueID? { parameters["\(name).\(suffix)"] }

    mutating func addInput(_ name: String, _ type: ValueType) -> Graph.ValueID { graph.addInput(name, type: type) }

    mutating func setOutputs(_ ids: [Graph.ValueID], names: [String]) {
        graph.outputs = ids
        for (id, name) in zip(ids, names) where graph[id].name.isEmpty { graph[id].name = name }
    }

    /// Adds a node of an operator.
    mutating func apply(_ op: any Operator, _ inputs: [Graph.ValueID?], outputCount: Int = 1) -> [Graph.ValueID] {
        graph.addNode(op, inputs, outputCount: outputCount, name: name)
    }

    /// Adds a node with one result.
    mutating func apply1(_ op: any Operator, _ inputs: [Graph.ValueID?]) -> Graph.ValueID { apply(op, inputs)[0] }

    /// Adds a node of an operator by its ONNX name.
    mutating func apply1(
        _ op: String, _ inputs: [Graph.ValueID?], _ attributes: [String: AttributeValue] = [:]
    ) throws(GraphError) -> Graph.ValueID {
        apply1(try OperatorRegistry.make(op, domain: "", attributes: Self.attributes(attributes)), inputs)
    }

    /// Asks for several results of the last node, of which the first are not wanted.
    mutating func drop(output index: Int) { graph.nodes[graph.nodes.count - 1].outputs[index] = nil }

    /// Adds a constant that is no parameter.
    mutating func constant(_ tensor: Tensor) -> Graph.ValueID { graph.addConstant(tensor) }

    /// `value` under another shape for each sample; a free size must stand where it stands in `value`.
    mutating func reshaped(_ value: Graph.ValueID, to shape: SampleShape) throws(GraphError) -> Graph.ValueID {
        if shape.rank == 1 { return try apply1("Flatten", [value], ["axis": .int(1)]) }
        // 0 copies the size of the input.
        let target = [0] + shape.sizes.map { $0 ?? 0 }
        return try apply1("Reshape", [value, constant(Tensor(target, shape: [target.count]))])
    }

    /// Which of the steps of `value`, [batch, steps, …], count, as 1 and 0 [batch, steps].
    mutating func steps(of mask: LayerMask, like value: Graph.ValueID) -> Graph.ValueID {
        switch mask {
        case .steps(let id): id
        case .lengths(let id): apply1(SequenceMask(), [id, value])
        }
    }

    /// A mask [batch, steps] with dimensions of size 1 behind it, so that it stretches to samples of that rank.
    mutating func widened(_ mask: Graph.ValueID, to rank: Int) throws(GraphError) -> Graph.ValueID {
        let axes = Array(2..<(rank + 1))
        return axes.isEmpty ? mask : try apply1("Unsqueeze", [mask, constant(Tensor(axes, shape: [axes.count]))])
    }

    /// The steps of `value`, [batch, steps, …], from the last to the first.
    mutating func reversedSteps(_ value: Graph.ValueID) -> Graph.ValueID {
        apply1(Slice.reversing(axis: 1), [value])
    }

    /// Attributes as a model of a recent operator set has them.
    static func attributes(_ values: [String: AttributeValue]) -> Attributes { Attributes(values, opset: 20) }

    /// The free sizes by name.
    static let batchSymbol = "batch"
    static let timeSymbol = "time"
}
