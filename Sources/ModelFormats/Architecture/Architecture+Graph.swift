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
        for (index, input) in inputs.enumerated() {
            let time = index == 0 ? LayerGraph.timeSymbol : "\(input.name).\(LayerGraph.timeSymbol)"
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
}
