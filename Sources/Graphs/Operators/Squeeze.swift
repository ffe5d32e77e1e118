/// Removes dimensions of size 1: those named, or all of them.
package struct Squeeze: ReshapingOperator {
    package static let name = "Squeeze"
    let axes: [Int]?

    package init(attributes: Attributes) throws(GraphError) { axes = try attributes.ints("axes") }

    func target(_ type: ValueType, axes: [Int]?) throws(GraphError) -> [Dimension] {
        let removed =
            if let axes {
                try Axis.normalized(axes, rank: type.rank)
            } else {
                type.dimensions.indices.filter { type.dimensions[$0] == 1 }
            }
        for axis in removed where type.dimensions[axis] != 1 {
            throw .input(0, expected: "size 1 in dimension \(axis)", found: "\(type)")
        }
        return type.dimensions.indices.filter { !removed.contains($0) }.map { type.dimensions[$0] }
    }
}
