package import Tensors

/// The sizes of a value's dimensions, or of the slice `start..<end` of them.
package struct ShapeOf: Operator {
    package static let name = "Shape"
    let start: Int
    let end: Int?

    package init(attributes: Attributes) throws(GraphError) {
        start = try attributes.int("start") ?? 0
        end = try attributes.int("end")
    }

    private func range(rank: Int) -> Range<Int> {
        func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis + rank : axis, 0), rank) }
        let low = clamped(start)
        return low..<max(low, clamped(end ?? rank))
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        [ValueType(.int64, [.fixed(range(rank: try inputs.type(0).rank).count)])]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let type = try? inputs.type(0) else { return nil }
        return Array(type.dimensions[range(rank: type.rank)])
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let sizes = try inputs.required(0).shape.dimensions
        let slice = Array(sizes[range(rank: sizes.count)])
        return [Tensor(slice, shape: [slice.count])]
    }
}
