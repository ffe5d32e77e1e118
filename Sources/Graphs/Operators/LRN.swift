import Tensors

/// x / (bias + alpha · mean of the squares of `size` neighbouring channels) to the power of beta (Krizhevsky et al. 2012);
/// channels outside count as 0.
package struct LRN: CompositeOperator {
    package static let name = "LRN"
    private let alpha, beta, bias: Float
    private let size: Int

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 1e-4
        beta = try attributes.float("beta") ?? 0.75
        bias = try attributes.float("bias") ?? 1
        size = try attributes.int("size") ?? 0
        guard size >= 1 else { throw .attribute("size", expected: "at least 1", found: "\(size)") }
    }

    func expand(_ parts: inout Expansion) throws(GraphError) -> Graph.ValueID? {
        let input = try parts.input(0)
        guard parts.type(input).rank >= 2 else {
            throw .input(0, expected: "[batch, channels, …]", found: "\(parts.type(input))")
        }
        let squares = try parts.apply(Power(2), input)
        let sums = try parts.apply(NeighborSums(axis: 1, size: size, weight: alpha / Float(size)), squares)
        let shifted = try parts.apply(try Add(attributes: Attributes([:], opset: 17)), sums, number(bias, &parts))
        let factor = try parts.apply(Power(-beta), shifted)
        return try parts.apply(try Mul(attributes: Attributes([:], opset: 17)), input, factor)
    }

    private func number(_ value: Float, _ parts: inout Expansion) -> Graph.ValueID {
        parts.constant(Tensor([value], shape: [1]))
    }
}
