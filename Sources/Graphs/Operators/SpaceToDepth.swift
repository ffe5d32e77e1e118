/// Squares of pixels as blocks of channels: [batch, channels, height, width] becomes
/// [batch, channels · size², height / size, width / size].
package struct SpaceToDepth: CompositeOperator {
    package static let name = "SpaceToDepth"
    private let size: Int

    package init(attributes: Attributes) throws(GraphError) {
        size = try attributes.int("blocksize") ?? 0
        guard (1...1024).contains(size) else {
            throw .attribute("blocksize", expected: "1 to 1024", found: "\(size)")
        }
    }

    func expand(_ parts: inout Expansion) throws(GraphError) -> Graph.ValueID? {
        let input = try parts.input(0)
        let (sizes, block) = (parts.type(input).dimensions, Dimension.fixed(size))
        guard sizes.count == 4, let height = sizes[2].dividedExactly(by: block),
            let width = sizes[3].dividedExactly(by: block)
        else { throw .input(0, expected: "an image with sizes that \(size) divides", found: "\(parts.type(input))") }
        let split = try parts.reshaped(input, to: [sizes[0], sizes[1], height, block, width, block])
        let turned = try parts.apply(Transpose([0, 3, 5, 1, 2, 4]), split)
        return try parts.reshaped(turned, to: [sizes[0], sizes[1] * block * block, height, width])
    }
}
