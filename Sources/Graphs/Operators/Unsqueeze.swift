/// Inserts dimensions of size 1 at `axes` of the result.
package struct Unsqueeze: ReshapingOperator {
    package static let name = "Unsqueeze"
    let axes: [Int]?

    package init(attributes: Attributes) throws(GraphError) { axes = try attributes.ints("axes") }

    func target(_ type: ValueType, axes: [Int]?) throws(GraphError) -> [Dimension] {
        guard let axes else { throw .arity(what: "inputs", expected: "2", found: 1) }
        let inserted = try Axis.normalized(axes, rank: type.rank + axes.count)
        var result = type.dimensions
        for axis in inserted { result.insert(1, at: axis) }
        return result
    }
}
