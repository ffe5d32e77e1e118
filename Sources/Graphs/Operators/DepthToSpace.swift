/// Blocks of channels as squares of pixels: [batch, channels, height, width] becomes
/// [batch, channels / size², height · size, width · size].
package struct DepthToSpace: CompositeOperator {
    private enum Mode: String, CaseIterable {
        /// The place in the square is the outer part of a channel's number.
        case depthColumnRow = "DCR"
        /// The place is the inner part, as in PyTorch's pixel_shuffle.
        case columnRowDepth = "CRD"
    }

    package static let name = "DepthToSpace"
    private let size: Int
    private let mode: Mode

    package init(attributes: Attributes) throws(GraphError) {
        size = try attributes.int("blocksize") ?? 0
        guard (1...1024).contains(size) else {
            throw .attribute("blocksize", expected: "1 to 1024", found: "\(size)")
        }
        mode = try attributes.choice("mode") ?? .depthColumnRow
    }

    func expand(_ parts: inout Expansion) throws(GraphError) -> Graph.ValueID? {
        let input = try parts.input(0)
        let sizes = parts.type(input).dimensions
        guard sizes.count == 4, let channels = sizes[1].dividedExactly(by: .fixed(size * size)) else {
            throw .input(0, expected: "an image with channels that \(size * size) divides", found: "\(parts.type(input))")
        }
        let block = Dimension.fixed(size)
        let isOuter = mode == .depthColumnRow
        let split = try parts.reshaped(
            input, to: [sizes[0]] + (isOuter ? [block, block, channels] : [channels, block, block]) + sizes[2...])
        let turned = try parts.apply(Transpose(isOuter ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), split)
        return try parts.reshaped(turned, to: [sizes[0], channels, sizes[2] * block, sizes[3] * block])
    }
}
