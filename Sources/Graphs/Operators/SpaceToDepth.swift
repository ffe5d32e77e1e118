/// Squares of pixels as blocks of channels: [batch, channels, height, width] becomes
/// [batch, channels · size², height / size, width / size].
package struct SpaceToDepth: CompositeOperator {
    package static let name = "SpaceToDepth"
    let size: Int

    package init(attributes: Attributes) throws(GraphError) {
        size = try attributes.int("blocksize") ?? 0
        guard (1...1024).contains(size) else {
            throw .attribute("blocksize", expected: "1 to 1024", found: "\(size)")
        }
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let type = try graph.inputs.type(0)
        let (sizes, block) = (type.dimensions, Dimension.fixed(size))
        guard sizes.count == 4, let height = sizes[2].dividedExactly(by: block),
            let width = sizes[3].dividedExactly(by: block)
        else { throw .input(0, expected: "an image with sizes that \(size) divides", found: "\(type)") }
        let split = graph.add(
            Reshape(to: [sizes[0], sizes[1], height, block, width, block]), [try graph.input(0)])
        let turned = graph.add(Transpose([0, 3, 5, 1, 2, 4]), [split])
        return [graph.add(Reshape(to: [sizes[0], sizes[1] * block * block, height, width]), [turned])]
    }
}
