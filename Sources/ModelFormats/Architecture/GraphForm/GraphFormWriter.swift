import Graphs
import JSON
import Tensors

/// Writes the graph form of `architecture.json`: the nodes of a model that is no list of layers, in ONNX's vocabulary,
/// with the names of their constants, which stand in `model.safetensors`.
///
///     {"format": "graph", "name": "m", "opset": 20,
///      "inputs": [{"name": "x", "shape": ["batch", 4], "dtype": "float32"}],
///      "outputs": [{"name": "y", "shape": ["batch", 2], "dtype": "float32"}],
///      "nodes": [{"op_type": "Gemm", "name": "fc", "inputs": ["x", "w", "b"], "outputs": ["y"],
///                 "attributes": {"transB": {"int": 1}}}]}
///
/// A size is a number, a name of a free size, or null for an expression of those. An attribute says its type, since JSON
/// does not tell 1 from 1.0; a tensor among them is named and stands with the constants.
struct GraphFormWriter {
    private let graph: DescribedGraph
    /// The constants and the tensors of attributes, by name.
    private(set) var tensors: [String: Tensor] = [:]
    private(set) var document = JSONValue.null

    init(_ graph: DescribedGraph) throws(ModelFormatError) {
        self.graph = graph
        for constant in graph.constants { tensors[constant.name] = constant.tensor }
        var nodes: [JSONValue] = []
        for node in graph.nodes { nodes.append(try json(of: node)) }
        document = [
            "format": .string(GraphFormReader.formatName), "name": .string(graph.name),
            "opset": .integer(DescribedGraph.opset), "inputs": .array(graph.inputs.map(Self.json(of:))),
            "outputs": .array(graph.outputs.map(Self.json(of:))), "nodes": .array(nodes),
        ]
    }

    private static func json(of signature: TensorSignature) -> JSONValue {
        let sizes = signature.dimensions.map { dimension -> JSONValue in
            switch dimension {
            case .fixed(let size): .integer(size)
            case .symbol(let name): .string(name)
            default: .null
            }
        }
        return [
            "name": .string(signature.name), "shape": .array(sizes), "dtype": .string(signature.dtype.rawValue),
        ]
    }

    private mutating func json(of node: DescribedNode) throws(ModelFormatError) -> JSONValue {
        var members = [
            JSONMember("op_type", .string(node.op)), JSONMember("name", .string(node.name)),
            JSONMember("inputs", JSONValue(node.inputs)), JSONMember("outputs", JSONValue(node.outputs)),
        ]
        if !node.domain.isEmpty { members.insert(JSONMember("domain", .string(node.domain)), at: 1) }
        var attributes: [JSONMember] = []
        for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
            attributes.append(JSONMember(name, try json(of: value, name, node)))
        }
        if !attributes.isEmpty { members.append(JSONMember("attributes", .object(attributes))) }
        return .object(members)
    }

    private mutating func json(
        of value: AttributeValue, _ name: String, _ node: DescribedNode
    ) throws(ModelFormatError) -> JSONValue {
        switch value {
        case .int(let value): return ["int": .integer(value)]
        case .string(let value): return ["string": .string(value)]
        case .ints(let values): return ["ints": JSONValue(values)]
        case .strings(let values): return ["strings": JSONValue(values)]
        case .float(let value): return ["float": .number(try finite(value, name, node))]
        case .floats(let values):
            var numbers: [Double] = []
            for value in values { numbers.append(try finite(value, name, node)) }
            return ["floats": JSONValue(numbers)]
        case .tensor(let tensor):
            var key = "\(node.name).\(name)"
            while tensors[key] != nil { key += "'" }
            tensors[key] = tensor
            return ["tensor": .string(key)]
        }
    }

    /// JSON has no infinity.
    private func finite(_ value: Float, _ name: String, _ node: DescribedNode) throws(ModelFormatError) -> Double {
        guard value.isFinite else {
            throw .node(node.name, operator: node.op, expected: "finite numbers in \(name)", found: "\(value)")
        }
        return Double(value)
    }
}
