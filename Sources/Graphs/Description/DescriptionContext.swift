import Tensors

/// A described graph that grows node by node, as the operator that is being described sees it.
///
/// Operators whose ONNX form has its dimensions in another order take permuted inputs and leave permuted outputs. A
/// `Transpose` is written only where somebody wants the value in its own order: between neighbours they cancel.
package struct DescriptionContext {
    /// A value that was written in another order of dimensions.
    private struct Permuted {
        let source: String
        /// Takes the source to the value.
        let permutation: [Int]
    }

    private struct Transposition: Hashable {
        let source: String
        let permutation: [Int]
    }

    private let graph: Graph
    /// The same values with all that is known of them.
    private let typed: Graph
    private var described: DescribedGraph
    /// The values that are written under a name.
    private var written: [Graph.ValueID: String] = [:]
    private var permuted: [Graph.ValueID: Permuted] = [:]
    private var transposed: [Transposition: String] = [:]
    private var valueNames: Set<String>
    /// The names of values of the graph that one of them has already, or will have as an input or an output.
    private var claimed: Set<String>
    /// The names of functions, by what they do.
    private var functionNames: [String: String] = [:]
    private var nodeNames: Set<String> = []
    /// The node that is being described.
    private var node: Graph.Node?
    private var nodeIndex: Int?

    /// - Parameters:
    ///   - graph: What is described.
    ///   - typed: The same graph after `InferTypes`.
    init(_ graph: Graph, typed: Graph) {
        self.graph = graph
        self.typed = typed
        described = DescribedGraph(
            name: graph.name.isEmpty ? "model" : graph.name, inputs: [], outputs: [], nodes: [], constants: [])
        valueNames = Set(graph.values.map(\.name))
        claimed = Set((graph.inputs + graph.outputs).map { graph[$0].name })
        for id in graph.inputs { written[id] = graph[id].name }
        described.inputs = graph.inputs.map { Self.signature(of: $0, name: graph[$0].name, graph) }
    }

    private static func signature(of id: Graph.ValueID, name: String, _ graph: Graph) -> TensorSignature {
        let type = graph[id].type ?? ValueType(.float32, [])
        return TensorSignature(name: name, dtype: type.dtype, dimensions: type.dimensions)
    }

    /// Adds what describes a node.
    mutating func describe(node index: Int) throws(GraphError) {
        let node = graph.nodes[index]
        self.node = node
        nodeIndex = index
        do throws(GraphError) {
            guard let op = node.op as? any DescribedOperator else {
                throw GraphError.unsupported("\(node.op.name) cannot be written to a file")
            }
            try op.describe(&self)
        } catch {
            throw error.located(in: node)
        }
    }

    /// The graph, when all nodes are described.
    consuming func finished() throws(GraphError) -> DescribedGraph {
        var context = self
        context.node = nil
        context.nodeIndex = nil
        var names: Set<String> = []
        for id in context.graph.outputs {
            var name = context.name(of: id)
            if !names.insert(name).inserted {
                // The same value twice, which needs two names.
                let source = name
                name = context.fresh(value: source)
                context.append("Identity", [source], [name], [:])
            }
            var signature = Self.signature(of: id, name: name, context.typed)
            if let dtype = context.fileType(of: id) {
                signature = TensorSignature(name: name, dtype: dtype, dimensions: signature.dimensions)
            }
            context.described.outputs.append(signature)
        }
        context.removeUnused()
        return context.described
    }

    /// The type that ONNX's operator gives a value for which plans have floats; nil where both have the same.
    private func fileType(of id: Graph.ValueID) -> DType? {
        let node = graph.nodes.first { $0.outputs.contains(id) }
        return switch node?.op {
        case is Not: .bool
        case let op as any BinaryOperator: Swift.type(of: op).kind.isComparison ? .bool : nil
        case is any ArgumentReduction: .int64
        case is TopK where node?.outputs.last == id && node?.outputs.count == 2: .int64
        default: nil
        }
    }

    /// Removes nodes whose results nobody takes, such as transposes that others have cancelled, and their constants.
    private mutating func removeUnused() {
        var used = Set(described.outputs.map(\.name))
        var kept: [DescribedNode] = []
        for node in described.nodes.reversed() where node.outputs.contains(where: used.contains) {
            used.formUnion(node.inputs.filter { !$0.isEmpty })
            kept.append(node)
        }
        described.nodes = kept.reversed()
        described.constants.removeAll { !used.contains($0.name) }
    }

    // MARK: What the node has

    /// How many inputs the node has, counting left-out ones in the middle.
    package var inputCount: Int { node?.inputs.count ?? 0 }

    /// How many outputs the node has, counting those in the middle that nobody wants.
    package var outputCount: Int { node?.outputs.count ?? 0 }

    /// Whether input `index` is there.
    package func has(_ index: Int) -> Bool { id(index) != nil }

    /// The type of a required input.
    package func type(_ index: Int) throws(GraphError) -> ValueType {
        guard let type = id(index).flatMap({ typed[$0].type }) else {
            throw .arity(what: "inputs", expected: "at least \(index + 1)", found: inputCount)
        }
        return type
    }

    /// The elements of an input that is a constant or computed from constants; nil otherwise.
    func constant(_ index: Int) -> Tensor? { id(index).flatMap { typed[$0].constant } }

    /// The name of an input; empty when it is left out.
    package mutating func input(_ index: Int) -> String { id(index).map { name(of: $0) } ?? "" }

    /// The names of all inputs.
    package mutating func inputs() -> [String] { (0..<inputCount).map { input($0) } }

    /// The name of a required input with its dimensions permuted: dimension i is dimension `permutation[i]` of the input.
    package mutating func input(_ index: Int, permuted permutation: [Int]) -> String {
        guard let id = id(index) else { return "" }
        guard let origin = permuted[id] else { return transpose(name(of: id), permutation) }
        return transpose(origin.source, permutation.map { origin.permutation[$0] })
    }

    private func id(_ index: Int) -> Graph.ValueID? {
        guard let node, index < node.inputs.count else { return nil }
        return node.inputs[index]
    }

    // MARK: What the node becomes

    /// Adds a node with one result of its own and returns the result's name.
    package mutating func add(
        _ op: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:]
    ) -> String {
        let name = fresh(value: "\(base)/\(op)")
        append(op, inputs, [name], attributes)
        return name
    }

    /// Adds a constant and returns its name.
    mutating func add(_ tensor: Tensor, as suffix: String) -> String {
        let name = fresh(value: "\(base)/\(suffix)")
        described.constants.append(.init(name: name, tensor: tensor))
        return name
    }

    /// Adds the node that makes the outputs. For each output that is made with its dimensions in another order,
    /// `permutations` say how to get from there to the output's own order.
    package mutating func finish(
        _ op: String, _ inputs: [String], _ attributes: [String: AttributeValue] = [:], permutations: [[Int]] = []
    ) {
        var names: [String] = []
        for (index, id) in (node?.outputs ?? []).enumerated() {
            guard let id else {
                names.append("")
                continue
            }
            guard index < permutations.count, !Self.isIdentity(permutations[index]) else {
                names.append(claim(id))
                continue
            }
            let source = fresh(value: "\(base)/\(op)")
            permuted[id] = Permuted(source: source, permutation: permutations[index])
            names.append(source)
        }
        append(op, inputs, names, attributes)
    }

    /// Adds the node of an operator of our own, and the function that says what it is.
    /// - Parameters:
    ///   - op: The operator.
    ///   - inputs: The names of the function's inputs.
    ///   - given: The names of the node's inputs; those that the graph has without it.
    ///   - attributes: For Apus, when it reads the node again.
    ///   - key: What tells functions of this operator apart; the attributes without it.
    ///   - body: Adds the function's nodes, and returns the names of its outputs.
    package mutating func finishFunction(
        _ op: String, inputs: [String], given: [String]? = nil, attributes: [String: AttributeValue] = [:],
        key: String? = nil, body: (inout FunctionBody) -> [String]
    ) {
        let given = given ?? self.inputs()
        // Some programs want as many outputs as the node has.
        let outputCount = (node?.outputs.lastIndex { $0 != nil } ?? -1) + 1
        let key = "\(op) \(outputCount) \(key ?? "\(attributes.sorted { $0.key < $1.key })")"
        let name: String
        if let known = functionNames[key] {
            name = known
        } else {
            name = "\(op)_\(functionNames.count + 1)"
            functionNames[key] = name
            var nodes = FunctionBody()
            let outputs = body(&nodes)
            described.functions.append(
                DescribedFunction(
                    name: name, inputs: Array(inputs.prefix(given.count)),
                    outputs: Array(outputs.prefix(outputCount)), attributes: attributes.keys.sorted(),
                    nodes: nodes.nodes))
        }
        finish(name, given, attributes)
        described.nodes[described.nodes.count - 1].domain = DescribedFunction.domain
    }

    /// Whether output `index` is wanted.
    package func wants(_ index: Int) -> Bool {
        guard let node, index < node.outputs.count else { return false }
        return node.outputs[index] != nil
    }

    /// Adds the node of a transposition, which joins with those before it.
    package mutating func finishTranspose(_ permutation: [Int]) {
        guard let input = id(0), let output = node?.outputs.first.flatMap(\.self) else { return }
        guard let origin = permuted[input] else {
            let source = name(of: input)
            finish(Transpose.name, [source], ["perm": .ints(permutation)])
            permuted[output] = Permuted(source: source, permutation: permutation)
            return
        }
        let joined = permutation.map { origin.permutation[$0] }
        if !graph[output].name.isEmpty {
            finish(Transpose.name, [origin.source], ["perm": .ints(joined)])
        } else if Self.isIdentity(joined) {
            written[output] = origin.source
            return
        }
        permuted[output] = Permuted(source: origin.source, permutation: joined)
    }

    /// Adds the node of an operator that maps each element of its first input by itself, in whatever order the dimensions
    /// are.
    package mutating func finishElementwise(
        _ op: String, _ attributes: [String: AttributeValue] = [:], appending others: [String] = []
    ) {
        guard let id = id(0), written[id] == nil, let origin = permuted[id] else {
            return finish(op, [input(0)] + others, attributes)
        }
        finish(op, [origin.source] + others, attributes, permutations: [origin.permutation])
    }

    /// Adds the node of an operator of inputs that are broadcast together; if all of them have their dimensions in the
    /// same other order, so has the result.
    package mutating func finishBroadcast(_ op: String, _ attributes: [String: AttributeValue] = [:]) {
        let origins = (node?.inputs ?? []).map { id in id.flatMap { written[$0] == nil ? permuted[$0] : nil } }
        guard let first = origins.first.flatMap(\.self),
            origins.allSatisfy({ $0.map { $0.permutation == first.permutation } ?? false })
        else { return finish(op, inputs(), attributes) }
        finish(op, origins.compactMap { $0?.source }, attributes, permutations: [first.permutation])
    }

    // MARK: Names

    /// The name under which a value is written, which puts its dimensions in order.
    private mutating func name(of id: Graph.ValueID) -> String {
        if let name = written[id] { return name }
        if let origin = permuted[id] {
            let name = claim(id)
            append("Transpose", [origin.source], [name], ["perm": .ints(origin.permutation)])
            return name
        }
        let name = claim(id)
        if let constant = graph[id].constant { described.constants.append(.init(name: name, tensor: constant)) }
        return name
    }

    /// Gives a value its name. The turns of a loop that was unrolled have the same names; all but one get others.
    private mutating func claim(_ id: Graph.ValueID) -> String {
        let own = graph[id].name
        let isKept = graph.inputs.contains(id) || graph.outputs.contains(id) || claimed.insert(own).inserted
        let name = own.isEmpty ? fresh(value: base) : isKept ? own : fresh(value: own)
        written[id] = name
        return name
    }

    private mutating func transpose(_ source: String, _ permutation: [Int]) -> String {
        if Self.isIdentity(permutation) { return source }
        let key = Transposition(source: source, permutation: permutation)
        if let name = transposed[key] { return name }
        let name = add("Transpose", [source], ["perm": .ints(permutation)])
        transposed[key] = name
        return name
    }

    private static func isIdentity(_ permutation: [Int]) -> Bool { permutation == Array(permutation.indices) }

    /// What names of this node's parts begin with.
    private var base: String {
        guard let node else { return "output" }
        return node.name.isEmpty ? node.op.name : node.name
    }

    private mutating func append(
        _ op: String, _ inputs: [String], _ outputs: [String], _ attributes: [String: AttributeValue]
    ) {
        var (inputs, outputs) = (inputs, outputs)
        while inputs.last == "" { inputs.removeLast() }
        while outputs.last == "" { outputs.removeLast() }
        let name = Self.fresh(nodeNames.contains(base) || node?.op.name != op ? "\(base)/\(op)" : base, in: &nodeNames)
        described.nodes.append(
            DescribedNode(
                name: name, op: op, inputs: inputs, outputs: outputs, attributes: attributes, source: nodeIndex,
                resultType: node?.outputs.compactMap(\.self).first.flatMap { typed[$0].type }))
    }

    private mutating func fresh(value name: String) -> String { Self.fresh(name, in: &valueNames) }

    private static func fresh(_ name: String, in taken: inout Set<String>) -> String {
        var (unique, number) = (name, 1)
        while !taken.insert(unique).inserted {
            number += 1
            unique = "\(name)_\(number)"
        }
        return unique
    }
}
