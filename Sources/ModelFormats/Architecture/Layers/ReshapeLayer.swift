import Graphs
import JSON

/// `Reshape`: the elements of a sample under another shape, one size of which may be -1 for what is left.
struct ReshapeLayer: Layer {
    let target: [Int]

    init(_ fields: inout JSONFields) throws(FieldError) {
        let sizes = try fields.integers("target_shape", in: -1...JSONFields.largestSize)
        target = try fields.required("target_shape", sizes)
        guard (1...8).contains(target.count), !target.contains(0), target.count(where: { $0 < 0 }) <= 1 else {
            throw fields.error("target_shape", "1 to 8 sizes from 1 on, one of them -1 at most", JSONValue(target))
        }
    }

    init(to target: [Int]) { self.target = target }

    var members: [JSONMember] { [JSONMember("target_shape", JSONValue(target))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard let count = input.elementCount else { throw context.mismatch("known sizes", input) }
        // A sample has so few elements that a product beyond them is wrong before it overflows.
        let known = target.reduce(1) { product, size in size < 0 ? product : min(product * size, count + 1) }
        guard target.contains(-1) ? count % known == 0 : count == known else {
            throw FieldError(
                path: "\(context.path).target_shape",
                expected: "a shape of \(count) elements, as the input \(input) has",
                found: "\(target)")
        }
        return LayerPlan(output: SampleShape(target.map { $0 < 0 ? count / known : $0 }))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try graph.reshaped(graph.input, to: graph.output)
    }
}
