package import Tensors

extension Graph {
    /// Computes the outputs with the operators' naive twins, node by node: the oracle of execution plans.
    ///
    /// `tensors` holds one for each input, in order.
    package func evaluate(_ tensors: [Tensor]) throws(GraphError) -> [Tensor] {
        guard tensors.count == inputs.count else {
            throw .arity(what: "inputs", expected: "\(inputs.count)", found: tensors.count)
        }
        var known = [ValueID: Tensor]()
        for (id, tensor) in zip(inputs, tensors) { known[id] = tensor }
        for node in nodes {
            var operands = [Tensor?]()
            for id in node.inputs { operands.append(id.flatMap { known[$0] ?? self[$0].constant }) }
            do {
                for (id, tensor) in zip(node.outputs, try node.op.evaluate(operands)) {
                    if let id { known[id] = tensor }
                }
            } catch {
                throw error.located(in: node)
            }
        }
        var results = [Tensor]()
        for id in outputs {
            guard let tensor = known[id] ?? self[id].constant else {
                throw .structure("output \"\(self[id].name)\" is made by no node")
            }
            results.append(tensor)
        }
        return results
    }
}
