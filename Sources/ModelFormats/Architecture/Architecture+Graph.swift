package import Graphs
package import Tensors

extension Architecture {
    /// The graph with these tensors, one for each of `parameters` by name, as its named constants in that order.
    package func graph(parameters tensors: [String: Tensor]) throws(GraphError) -> Graph {
        var named: [(name: String, tensor: Tensor)] = []
        for spec in parameters {
            guard let tensor = tensors[spec.name], tensor.shape == spec.shape, tensor.dtype == .float32 else {
                let found = tensors[spec.name].map { "\(ValueType(of: $0))" } ?? "none"
                throw .structure("parameter \"\(spec.name)\": expected float32\(spec.shape), got \(found)")
            }
            named.append((spec.name, tensor))
        }
        var builder = LayerGraph(name: name, convention: initialization, parameters: named)
        var values: [String: LayerGraph.Value] = [:]
        let times = timeSymbols
        for input in inputs {
            let time = times[input.name] ?? LayerGraph.timeSymbol
            let sizes = input.shape.sizes.map { size in size.map { Dimension.fixed($0) } ?? .symbol(time) }
            let type = ValueType(.float32, [.symbol(LayerGraph.batchSymbol)] + sizes)
            values[input.name] = .init(id: builder.addInput(input.name, type), shape: input.shape)
        }
        if hasLengths {
            let type = ValueType(.float32, [.symbol(LayerGraph.batchSymbol)])
            let lengths = builder.addInput(Self.lengthsName, type)
            for input in inputs { values[input.name]?.mask = .lengths(lengths) }
        }
        try builder.add(nodes, &values)
        builder.setOutputs(outputs.compactMap { values[$0]?.id }, names: outputs)
        return builder.graph
    }

    /// The free size of each input that has one: of the first input `time`, of another one a size of its own, unless layers
    /// join what is made of both step by step.
    private var timeSymbols: [String: String] {
        var symbols: [String: String] = [:]
        for (index, input) in inputs.enumerated() {
            symbols[input.name] = index == 0 ? LayerGraph.timeSymbol : "\(input.name).\(LayerGraph.timeSymbol)"
        }
        // The input whose steps those of a value are.
        var origins: [String: String] = [:]
        for input in inputs where input.shape.sizes.first == .some(nil) { origins[input.name] = input.name }
        for node in nodes where node.plan.output.sizes.contains(nil) {
            let joined = node.inputs.compactMap { origins[$0] }
            guard let first = joined.first else { continue }
            for result in node.plan.results(of: node.name) { origins[result.name] = first }
            guard node.layer.joinsSteps, let symbol = symbols[first] else { continue }
            let replaced = Set(joined.compactMap { symbols[$0] })
            for (input, other) in symbols where replaced.contains(other) { symbols[input] = symbol }
        }
        return symbols
    }
}
