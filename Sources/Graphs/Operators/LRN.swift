import Tensors

/// x / (bias + alpha · mean of the squares of `size` neighbouring channels) to the power of beta (Krizhevsky et al. 2012);
/// channels outside count as 0.
package struct LRN: CompositeOperator {
    package static let name = "LRN"
    let alpha, beta, bias: Float
    let size: Int

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 1e-4
        beta = try attributes.float("beta") ?? 0.75
        bias = try attributes.float("bias") ?? 1
        size = try attributes.int("size") ?? 0
        guard size >= 1 else { throw .attribute("size", expected: "at least 1", found: "\(size)") }
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let input = try graph.input(0)
        guard try graph.inputs.type(0).rank >= 2 else {
            throw .input(0, expected: "[batch, channels, …]", found: "\(try graph.inputs.type(0))")
        }
        let squares = graph.add(Power(2), [input])
        let sums = graph.add(NeighborSums(axis: 1, size: size, weight: alpha / Float(size)), [squares])
        let shifted = try graph.add("Add", [sums, graph.constant(Tensor([bias], shape: [1]))])
        return [try graph.add("Mul", [input, graph.add(Power(-beta), [shifted])])]
    }
}
