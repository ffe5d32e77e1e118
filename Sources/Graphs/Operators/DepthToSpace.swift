/// Blocks of channels as squares of pixels: [batch, channels, height, width] becomes
/// [batch, channels / size², height · size, width · size].
package struct DepthToSpace: CompositeOperator {
    enum Mode: String, CaseIterable {
        /// The place in the square is the outer part of a channel's number.
        case depthColumnRow = "DCR"
        /// The place is the inner part, as in PyTorch's pixel_shuffle.
        case columnRowDepth = "CRD"
    }

    package static let name = "DepthToSpace"
    let size: Int
    let mode: Mode

    package init(attributes: Attributes) throws(GraphError) {
        size = try attributes.int("blocksize") ?? 0
        guard (1...1024).contains(size) else {
            throw .attribute("blocksize", expected: "1 to 1024", found: "\(size)")
        }
        mode = try attributes.choice("mode") ?? .depthColumnRow
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let type = try graph.inputs.type(0)
        let sizes = type.dimensions
        guard sizes.count == 4, let channels = sizes[1].dividedExactly(by: .fixed(size * size)) else {
            throw .input(0, expected: "an image with channels that \(size * size) divides", found: "\(type)")
        }
        let block = Dimension.fixed(size)
        let isOuter = mode == .depthColumnRow
        let parts = isOuter ? [block, block, channels] : [channels, block, block]
        let split = graph.add(Reshape(to: [sizes[0]] + parts + sizes[2...]), [try graph.input(0)])
        let turned = graph.add(Transpose(isOuter ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), [split])
        return [graph.add(Reshape(to: [sizes[0], channels, sizes[2] * block, sizes[3] * block]), [turned])]
    }
}
