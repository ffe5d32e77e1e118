import Graphs
import ONNXProtobuf
import Tensors

/// Makes a `Graph` of an ONNX graph.
struct ONNXGraphBuilder {
    private let opset: Int
    /// Operators the file defines itself, as `domain::name`.
    private let functions: Set<String>
    private var tensors: ONNXTensorReader
    private(set) var graph: Graph
    /// The values that nodes may take by name.
    var values: [String: Graph.ValueID] = [:]
    /// The node that makes each value, and what is known of values before passes look at the graph.
    private var producers: [Graph.ValueID: Int] = [:]
    private var known: [Graph.ValueID: Tensor] = [:]
    private var folded: Graph?

    /// Most nodes of a graph, loops unrolled: a small file must not ask for much memory.
    private static let largestNodeCount = 1 << 16

    init(name: String, opset: Int, functions: [ONNXFunctionProto], tensors: ONNXTensorReader) {
        self.opset = opset
        self.functions = Set(functions.map { "\($0.domain)::\($0.name)" })
        self.tensors = tensors
        graph = Graph(name: name)
    }

    /// The graph of `proto`, with further constants by name.
    consuming func graph(
        from proto: ONNXGraphProto, constants: [String: Tensor] = [:]
    ) throws(ModelFormatError) -> Graph {
        guard proto.sparseInitializer.isEmpty else {
            throw .unsupported(part: "ONNX initializers", expected: "dense tensors are", found: "a sparse one")
        }
        var builder = self
        for (name, tensor) in constants.sorted(by: { $0.key < $1.key }) {
            builder.values[name] = builder.graph.addConstant(tensor, name: name)
        }
        try builder.addInitializers(proto.initializer)
        try builder.addInputs(proto.input)
        for index in try ONNXNodeOrder(proto.node, known: Set(builder.values.keys)).sorted() {
            try builder.addNode(proto.node[index])
        }
        try builder.addOutputs(proto.output)
        return builder.graph
    }

    mutating func addInitializers(_ protos: [ONNXTensorProto]) throws(ModelFormatError) {
        for proto in protos {
            guard !proto.name.isEmpty else {
                throw .malformed(part: "ONNX initializers", expected: "a name for each", found: "one without")
            }
            guard values[proto.name] == nil else {
                throw .tensor(proto.name, expected: "one initializer of that name", found: "two")
            }
            values[proto.name] = graph.addConstant(try tensors.tensor(proto, name: proto.name), name: proto.name)
        }
    }

    /// Initializers may be listed as inputs too (before IR version 4 they had to be); those are constants.
    private mutating func addInputs(_ protos: [ONNXValueInfoProto]) throws(ModelFormatError) {
        let initializers = Set(values.keys)
        var types = ONNXInputTypes(protos)
        for proto in protos where !initializers.contains(proto.name) {
            guard !proto.name.isEmpty, values[proto.name] == nil else {
                throw .malformed(
                    part: "graph input \(proto.name.quoted)", expected: "a name of its own",
                    found: proto.name.isEmpty ? "none" : "another input of that name")
            }
            let type = try types.type(of: proto)
            let id = graph.addInput(proto.name, type: type)
            graph[id].statedType = type.dtype
            values[proto.name] = id
        }
    }

    /// Adds a node, or the nodes that a loop or a choice becomes.
    mutating func addNode(_ proto: ONNXNodeProto) throws(ModelFormatError) {
        guard graph.nodes.count < Self.largestNodeCount else {
            throw proto.mismatch(
                expected: "at most \(Self.largestNodeCount) nodes with all loops unrolled", found: "more")
        }
        if ONNXImporter.isDefaultDomain(proto.domain), proto.opType == "Loop" { return try addLoop(proto) }
        if ONNXImporter.isDefaultDomain(proto.domain), proto.opType == "If" { return try addChoice(proto) }
        guard
            !functions.contains("\(proto.domain)::\(proto.opType)")
                || OperatorRegistry.isOwn(proto.opType, domain: proto.domain)
        else {
            throw proto.mismatch(expected: "an operator of ONNX", found: "a function that the model defines itself")
        }
        let attributes = ONNXAttributeReader(nodeName: proto.displayName, opType: proto.opType)
        if proto.opType == "Constant", ONNXImporter.isDefaultDomain(proto.domain) {
            return try addConstant(proto, attributes)
        }
        var settings = try attributes.values(proto.attribute, &tensors)
        // Before opset 18 the outputs say how many parts there are.
        if proto.opType == "Split", settings["num_outputs"] == nil {
            settings["num_outputs"] = .int(proto.output.count)
        }
        let op = try makeOperator(proto, settings)
        let inputs = proto.input.withoutTrailingEmpty.map { values[$0] }
        let outputs = proto.output.withoutTrailingEmpty
        let ids = graph.addNode(op, inputs, outputCount: outputs.count, name: proto.displayName)
        for id in ids { producers[id] = graph.nodes.count - 1 }
        for (index, output) in outputs.enumerated() {
            if output.isEmpty {
                graph.nodes[graph.nodes.count - 1].outputs[index] = nil
            } else {
                graph[ids[index]].name = output
                values[output] = ids[index]
            }
        }
    }

    private mutating func addConstant(
        _ proto: ONNXNodeProto, _ attributes: ONNXAttributeReader
    ) throws(ModelFormatError) {
        guard proto.output.count == 1, !proto.output[0].isEmpty, proto.input.isEmpty else {
            throw proto.mismatch(
                expected: "no input and one output",
                found: "\(proto.input.count) inputs and \(proto.output.count) outputs")
        }
        let tensor = try attributes.constant(proto.attribute, &tensors)
        values[proto.output[0]] = graph.addConstant(tensor, name: proto.output[0])
    }

    /// Adds a node of an operator that the file does not name.
    mutating func apply(_ op: any Operator, _ inputs: [Graph.ValueID], name: String) -> Graph.ValueID {
        let id = graph.addNode(op, inputs, name: name)[0]
        producers[id] = graph.nodes.count - 1
        return id
    }

    /// Adds a constant that the file does not name.
    mutating func constant(_ tensor: Tensor) -> Graph.ValueID { graph.addConstant(tensor) }

    /// Gives a value the name of a result, unless it has one, and lets nodes take it by that.
    mutating func name(_ id: Graph.ValueID, _ name: String) {
        guard !name.isEmpty else { return }
        if graph[id].name.isEmpty { graph[id].name = name }
        values[name] = id
    }

    /// The elements of a value that does not depend on the model's inputs but for sizes that are fixed; nil otherwise.
    /// Only what few numbers go into is looked at.
    mutating func elements(of id: Graph.ValueID) -> Tensor? {
        if let tensor = graph[id].constant ?? known[id] { return tensor.elementCount <= 64 ? tensor : nil }
        if let index = producers[id], graph.nodes[index].outputs.count == 1 {
            var inputs: [Tensor?] = []
            for input in graph.nodes[index].inputs {
                guard let input else {
                    inputs.append(nil)
                    continue
                }
                guard let tensor = elements(of: input) else { return foldedElements(of: id) }
                inputs.append(tensor)
            }
            guard let result = try? graph.nodes[index].op.evaluate(inputs).first else { return nil }
            known[id] = result
            return result
        }
        return foldedElements(of: id)
    }

    /// The elements that inference knows, made from the sizes of inputs say; it looks at the graph once.
    private mutating func foldedElements(of id: Graph.ValueID) -> Tensor? {
        let graph = folded ?? self.graph.foldingConstants()
        folded = graph
        guard id.index < graph.values.count, let tensor = graph[id].constant else { return nil }
        return tensor.elementCount <= 64 ? tensor : nil
    }

    private func makeOperator(
        _ proto: ONNXNodeProto, _ attributes: [String: AttributeValue]
    ) throws(ModelFormatError) -> any Operator {
        do throws(GraphError) {
            return try OperatorRegistry.make(
                proto.opType, domain: proto.domain, attributes: Attributes(attributes, opset: opset))
        } catch {
            throw .graph(.node(proto.displayName, operator: proto.opType, error))
        }
    }

    private mutating func addOutputs(_ protos: [ONNXValueInfoProto]) throws(ModelFormatError) {
        guard !protos.isEmpty else { throw .malformed(part: "ONNX graph", expected: "an output", found: "none") }
        var names: Set<String> = []
        for proto in protos {
            guard let id = values[proto.name] else {
                throw .malformed(
                    part: "graph output \(proto.name.quoted)", expected: "a value of the graph",
                    found: "a name that nothing makes")
            }
            guard names.insert(proto.name).inserted else {
                throw .malformed(
                    part: "graph output \(proto.name.quoted)", expected: "a name of its own",
                    found: "another output of that name")
            }
            // No type is 0, which is none that is held.
            graph[id].statedType = ONNXElementType.dtype(proto.type.tensorType.elemType)
            graph.outputs.append(id)
        }
    }
}

extension [String] {
    /// The names up to the last one that is not left out: optional ones at the end may be written either way.
    var withoutTrailingEmpty: ArraySlice<String> {
        self[..<((lastIndex { !$0.isEmpty } ?? -1) + 1)]
    }
}
