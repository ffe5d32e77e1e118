/// Two dimensions: those before `axis` multiplied, and the rest multiplied.
package struct Flatten: ReshapingOperator {
    package static let name = "Flatten"
    let axis: Int
    let axes: [Int]? = nil

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? 1 }

    func target(_ type: ValueType, axes: [Int]?) throws(GraphError) -> [Dimension] {
        let split = axis == type.rank ? axis : try Axis.normalized(axis, rank: type.rank)
        return [type.dimensions[..<split].reduce(1, *), type.dimensions[split...].reduce(1, *)]
    }
}
