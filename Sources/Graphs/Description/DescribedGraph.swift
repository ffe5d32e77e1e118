package import Tensors

/// A model in the terms of ONNX's operator set 20: what is written to `.onnx` files and to the graph form of
/// `architecture.json`.
package struct DescribedGraph: Sendable {
    /// The version of ONNX's operator set that descriptions keep to.
    package static let opset = 20

    /// A value with fixed elements.
    package struct Constant: Sendable {
        package let name: String
        package var tensor: Tensor

        package init(name: String, tensor: Tensor) {
            self.name = name
            self.tensor = tensor
        }
    }

    package var name: String
    package var inputs: [TensorSignature]
    package var outputs: [TensorSignature]
    /// Each after those it takes from.
    package var nodes: [DescribedNode]
    package var constants: [Constant]
    /// What operators of our own are.
    package var functions: [DescribedFunction] = []

    package init(
        name: String, inputs: [TensorSignature], outputs: [TensorSignature], nodes: [DescribedNode],
        constants: [Constant]
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.nodes = nodes
        self.constants = constants
    }

    /// Describes a graph as importers make it, before any pass. Inputs, outputs and constants keep their names.
    /// - Throws: `GraphError` for a graph that cannot be typed, or with an operator that has no description.
    package init(_ graph: Graph) throws(GraphError) {
        var typed = graph
        _ = try InferTypes(keepsCasts: true).run(&typed)
        var context = DescriptionContext(graph, typed: typed)
        for index in graph.nodes.indices { try context.describe(node: index) }
        self = try context.finished()
    }
}
