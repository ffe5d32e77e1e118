import Graphs
import ONNXProtobuf
import Tensors

/// `Loop` and `If` whose course is known when the model loads: the nodes of their subgraphs become nodes of the graph.
extension ONNXGraphBuilder {
    /// Most turns of a loop.
    private static let largestTurnCount = 1 << 12

    /// Adds the nodes of every turn of a loop.
    mutating func addLoop(_ proto: ONNXNodeProto) throws(ModelFormatError) {
        let body = try subgraph("body", of: proto)
        let inputs = proto.input.map { values[$0] }
        let carriedCount = max(inputs.count - 2, 0)
        guard body.input.count == carriedCount + 2, body.output.count >= carriedCount + 1,
            proto.output.count <= body.output.count - 1, inputs.dropFirst(2).allSatisfy({ $0 != nil })
        else {
            throw proto.mismatch(
                expected: "a body that takes and gives as much as the loop does",
                found: "\(body.input.count) inputs and \(body.output.count) outputs")
        }
        let turns = try number(inputs.first.flatMap(\.self), "the number of turns", proto)
        var goesOn = try number(inputs.dropFirst().first.flatMap(\.self), "the condition", proto) != 0
        let outside = values
        try addInitializers(body.initializer)
        let order = try ONNXNodeOrder(body.node, known: Set(values.keys).union(body.input.map(\.name))).sorted()
        let inside = values
        var carried = inputs.dropFirst(2).compactMap(\.self)
        var scanned = [[Graph.ValueID]](repeating: [], count: body.output.count - 1 - carriedCount)
        var turn = 0
        while goesOn, turn < turns ?? .max {
            guard turn < Self.largestTurnCount else {
                throw proto.mismatch(expected: "at most \(Self.largestTurnCount) turns", found: "more")
            }
            values = inside
            let results = try addTurn(turn, carried, body, order: order, proto)
            goesOn = try number(results[0], "the condition after turn \(turn)", proto) != 0
            carried = Array(results[1..<(1 + carriedCount)])
            for (index, id) in results[(1 + carriedCount)...].enumerated() { scanned[index].append(id) }
            turn += 1
        }
        values = outside
        for (id, output) in zip(carried, proto.output) { name(id, output) }
        for (ids, output) in zip(scanned, proto.output.dropFirst(carriedCount)) where !output.isEmpty {
            name(try joined(ids, proto), output)
        }
    }

    /// Adds the nodes of one turn and returns the body's results.
    private mutating func addTurn(
        _ turn: Int, _ carried: [Graph.ValueID], _ body: ONNXGraphProto, order: [Int], _ proto: ONNXNodeProto
    ) throws(ModelFormatError) -> [Graph.ValueID] {
        let condition = Tensor(copying: [UInt8(1)], dtype: .bool, shape: [])
        let given = [constant(Tensor([turn], shape: [])), constant(condition)] + carried
        for (input, id) in zip(body.input, given) { values[input.name] = id }
        for index in order { try addNode(body.node[index]) }
        return try results(of: body, proto)
    }

    /// The values of every turn under a dimension of their own.
    private mutating func joined(_ ids: [Graph.ValueID], _ proto: ONNXNodeProto) throws(ModelFormatError)
        -> Graph.ValueID
    {
        guard !ids.isEmpty else { throw proto.mismatch(expected: "at least one turn", found: "none") }
        let axis = constant(Tensor([0], shape: [1]))
        var parts: [Graph.ValueID] = []
        do throws(GraphError) {
            for id in ids {
                let unsqueeze = try OperatorRegistry.make(
                    "Unsqueeze", domain: "", attributes: Attributes([:], opset: 20))
                parts.append(apply(unsqueeze, [id, axis], name: proto.displayName))
            }
        } catch {
            throw .graph(error)
        }
        return apply(Concat(axis: 0), parts, name: proto.displayName)
    }

    /// Adds the nodes of the branch that is taken.
    mutating func addChoice(_ proto: ONNXNodeProto) throws(ModelFormatError) {
        guard proto.input.count == 1, let condition = try number(values[proto.input[0]], "the condition", proto) else {
            throw proto.mismatch(expected: "one input", found: "\(proto.input.count)")
        }
        let branch = try subgraph(condition == 0 ? "else_branch" : "then_branch", of: proto)
        let outside = values
        try addInitializers(branch.initializer)
        for index in try ONNXNodeOrder(branch.node, known: Set(values.keys)).sorted() {
            try addNode(branch.node[index])
        }
        let results = try results(of: branch, proto)
        values = outside
        for (id, output) in zip(results, proto.output) { name(id, output) }
    }

    private func subgraph(_ name: String, of proto: ONNXNodeProto) throws(ModelFormatError) -> ONNXGraphProto {
        guard let attribute = proto.attribute.first(where: { $0.name == name && $0.type == .graph }) else {
            throw proto.mismatch(expected: "a subgraph \(name.quoted)", found: "none")
        }
        return try proto.subgraph(attribute)
    }

    private func results(of graph: ONNXGraphProto, _ proto: ONNXNodeProto) throws(ModelFormatError) -> [Graph.ValueID] {
        var results: [Graph.ValueID] = []
        for output in graph.output {
            guard let id = values[output.name] else {
                throw proto.mismatch(
                    expected: "subgraph outputs that something makes",
                    found: "\(output.name.quoted), which nothing makes")
            }
            results.append(id)
        }
        return results
    }

    /// A number or a truth value that must be known; nil when the file leaves it out.
    private mutating func number(
        _ id: Graph.ValueID?, _ what: String, _ proto: ONNXNodeProto
    ) throws(ModelFormatError) -> Int? {
        guard let id else { return nil }
        guard let tensor = elements(of: id), tensor.elementCount == 1,
            let number = tensor.convertedToInt64()?.integers?.first
        else { throw proto.mismatch(expected: "\(what) known when the model loads", found: "a computed one") }
        return number
    }
}
