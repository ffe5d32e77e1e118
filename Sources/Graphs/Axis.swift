/// Axis arithmetic shared by the operators: negative axes count from the end.
enum Axis {
    /// `axis` counted from the front; throws when it lies outside `rank`.
    static func normalized(_ axis: Int, rank: Int) throws(GraphError) -> Int {
        let positive = axis < 0 ? axis + rank : axis
        guard (0..<rank).contains(positive) else {
            throw .attribute("axis", expected: "an axis in -\(rank)..<\(rank)", found: "\(axis)")
        }
        return positive
    }

    /// Several axes, each at most once, in rising order.
    static func normalized(_ axes: [Int], rank: Int) throws(GraphError) -> [Int] {
        var result = [Int]()
        for axis in axes {
            let positive = try normalized(axis, rank: rank)
            guard !result.contains(positive) else {
                throw .attribute("axes", expected: "each axis once", found: "\(axes)")
            }
            result.append(positive)
        }
        return result.sorted()
    }
}
