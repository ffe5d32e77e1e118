package import Tensors

/// The nodes that an operator becomes, as they are added.
package struct Decomposition {
    private(set) var graph: Graph
    private let node: Graph.Node
    private(set) var nodes: [Graph.Node] = []

    init(graph: Graph, node: Graph.Node) { (self.graph, self.node) = (graph, node) }

    /// Number of inputs, counting left-out ones in the middle.
    package var inputCount: Int { node.inputs.count }

    /// Number of outputs, counting unwanted ones in the middle.
    package var outputCount: Int { node.outputs.count }

    /// What is known of the node's inputs.
    package var inputs: InferenceInputs { InferenceInputs(node.inputs.map { id in id.map { graph[$0] } }) }

    /// A required input.
    package func input(_ index: Int) throws(GraphError) -> Graph.ValueID {
        guard index < node.inputs.count, let id = node.inputs[index] else {
            throw .arity(what: "inputs", expected: "at least \(index + 1)", found: node.inputs.count)
        }
        return id
    }

    /// Adds a constant.
    package mutating func constant(_ tensor: Tensor) -> Graph.ValueID { graph.addConstant(tensor) }

    /// Adds a node with one result.
    package mutating func add(_ op: any Operator, _ inputs: [Graph.ValueID]) -> Graph.ValueID {
        let output = graph.addValue()
        nodes.append(Graph.Node(name: node.name, op: op, inputs: inputs, outputs: [output]))
        return output
    }

    /// Adds a node of an operator by its ONNX name.
    package mutating func add(
        _ name: String, _ inputs: [Graph.ValueID], _ attributes: [String: AttributeValue] = [:]
    ) throws(GraphError) -> Graph.ValueID {
        add(try OperatorRegistry.make(name, domain: "", attributes: Attributes(attributes, opset: 20)), inputs)
    }

    /// An input or a constant as it is, as a value of its own.
    package mutating func copy(_ id: Graph.ValueID) -> Graph.ValueID { add(Identity(), [id]) }
}
