import Graphs

extension LayerGraph {
    typealias Body = (inout LayerGraph, Graph.ValueID) throws(GraphError) -> Graph.ValueID

    /// Turns some dimensions of the layer's input to the end, and what is made of it back.
    /// - Parameters:
    ///   - axes: Counted without the batch, rising.
    ///   - body: What to do with the turned input; its result has the same dimensions.
    /// - Returns: The result with the dimensions where they were.
    /// - Throws: what `body` throws.
    mutating func withAxesLast(_ axes: [Int], _ body: Body) throws(GraphError) -> Graph.ValueID {
        let order = orderWithLast(axes)
        guard order != Array(order.indices) else { return try body(&self, input) }
        let turned = apply1(Transpose([0] + order.map { $0 + 1 }), [input])
        let inverse = order.indices.sorted { order[$0] < order[$1] }
        return apply1(Transpose([0] + inverse.map { $0 + 1 }), [try body(&self, turned)])
    }

    /// The same with those dimensions as one, also when there are none.
    mutating func withAxesMerged(_ axes: [Int], _ body: Body) throws(GraphError) -> Graph.ValueID {
        guard axes.count != 1 else { return try withAxesLast(axes, body) }
        let sizes = orderWithLast(axes).map { shapes[0].sizes[$0] }
        let count = axes.reduce(1) { $0 * (shapes[0].sizes[$1] ?? 1) }
        return try withAxesLast(axes) { graph, x throws(GraphError) in
            let merged = SampleShape(Array(sizes.dropLast(axes.count)) + [count])
            return try graph.reshaped(body(&graph, graph.reshaped(x, to: merged)), to: SampleShape(sizes))
        }
    }

    private func orderWithLast(_ axes: [Int]) -> [Int] {
        shapes[0].sizes.indices.filter { !axes.contains($0) } + axes
    }
}
