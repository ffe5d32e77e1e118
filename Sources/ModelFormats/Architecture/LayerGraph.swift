import Graphs
import Tensors

/// A graph that grows layer by layer, as the layer that is being added sees it.
struct LayerGraph {
    private(set) var graph: Graph
    private let parameters: [String: Graph.ValueID]
    /// Whose usual settings a layer takes when it names none.
    let convention: InitializerConvention
    /// The layer's name, its inputs and their shapes.
    var name = ""
    var inputs: [Graph.ValueID] = []
    var shapes: [SampleShape] = []
    /// The shape of the layer's result.
    var output: SampleShape = []
    /// How many steps of each row's input are no padding, [batch]; nil when all are. A layer may set it for those after it.
    var lengths: Graph.ValueID?

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

    /// Attributes as a model of a recent operator set has them.
    static func attributes(_ values: [String: AttributeValue]) -> Attributes { Attributes(values, opset: 20) }

    /// The free sizes by name.
    static let batchSymbol = "batch"
    static let timeSymbol = "time"
}
