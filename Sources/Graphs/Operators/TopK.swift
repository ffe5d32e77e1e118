package import Tensors

/// The largest or smallest numbers along an axis in their order, and where they stand, which plans give as floats: it
/// becomes `TopPlaces` and what they pick.
package struct TopK: Operator {
    package static let name = "TopK"
    package static var hasGradient: Bool { false }
    let axis: Int
    let takesLargest: Bool
    /// How many, as an attribute, as files had it before it became an input.
    let count: Int?

    package init(attributes: Attributes) throws(GraphError) {
        axis = try attributes.int("axis") ?? -1
        takesLargest = try attributes.int("largest").map { $0 != 0 } ?? true
        count = try attributes.int("k")
    }

    /// The places in an input of this rank and size along the axis.
    private func places(_ count: Int?, rank: Int, size: Int) throws(GraphError) -> TopPlaces {
        guard let count = count ?? self.count, count >= 1, count <= size else {
            throw .input(
                1, expected: "a number in 1...\(size)", found: (count ?? self.count).map(String.init) ?? "none")
        }
        return TopPlaces(axis: try Axis.normalized(axis, rank: rank), count: count, takesLargest: takesLargest)
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, input) = (graph.inputs, try graph.input(0))
        let type = try inputs.type(0)
        let axis = try Axis.normalized(axis, rank: type.rank)
        guard let size = type.dimensions[axis].fixedValue else {
            throw .unsupported("TopK of dimension \(axis), whose size is free, is not supported")
        }
        let count = try inputs.integers(1, "a number")?.first
        let places = graph.add(try places(count, rank: type.rank, size: size), [input])
        guard graph.outputCount > 0 else { return [] }
        return Array([graph.add(GatherElements(axis: axis), [input, places]), places].prefix(graph.outputCount))
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        throw .unsupported("TopK is only supported as the places and what they pick")
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let x = try inputs.required(0)
        let axis = try Axis.normalized(axis, rank: x.shape.rank)
        let count = inputs.optional(1)?.integers?.first
        let places = try places(count, rank: x.shape.rank, size: x.shape[axis]).evaluate([x])[0]
        return [try GatherElements(axis: axis).evaluate([x, places])[0], places]
    }
}

/// Where the largest or smallest numbers along an axis stand, the first ones of those that are equal first.
package struct TopPlaces: InternalOperator {
    package static let name = "TopPlaces"
    package static var hasGradient: Bool { false }
    /// Counted from the front.
    let axis: Int
    let count: Int
    let takesLargest: Bool

    init(axis: Int, count: Int, takesLargest: Bool) {
        (self.axis, self.count, self.takesLargest) = (axis, count, takesLargest)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        type.dimensions[axis] = .fixed(count)
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        var sizes = shape.dimensions
        sizes[axis] = count
        var y = [Float](repeating: 0, count: sizes.reduce(1, *))
        for column in 0..<x.count / shape[axis] {
            let (row, place) = column.quotientAndRemainder(dividingBy: inner)
            let own = (0..<shape[axis]).map { x[(row * shape[axis] + $0) * inner + place] }
            let order = own.indices.sorted { one, other in
                own[one] == own[other] ? one < other : (own[one] > own[other]) == takesLargest
            }
            for (index, best) in order.prefix(count).enumerated() {
                y[(row * count + index) * inner + place] = Float(best)
            }
        }
        return [Tensor(y, shape: Shape(sizes))]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let axis = try context.rowAxis(axis)
        let shape = context.rowShape(ofInput: 0)
        let (size, inner) = (shape[axis], shape.dimensions[(axis + 1)...].reduce(1, *))
        let columns = shape.elementCount / size
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for column in 0..<columns {
                let (row, place) = column.quotientAndRemainder(dividingBy: inner)
                unsafe insert(
                    operands[0] + row * size * inner + place, size: size, stride: inner,
                    into: operands[1] + row * count * inner + place)
            }
        }
    }

    /// Puts each place behind the better and the equal ones before it, and drops what is more than wanted.
    func insert(
        _ x: UnsafePointer<Float>, size: Int, stride: Int, into places: UnsafeMutablePointer<Float>
    ) {
        var found = 0
        for index in 0..<size {
            let number = unsafe x[index * stride]
            var slot = found
            while slot > 0 {
                let other = unsafe x[Int(places[(slot - 1) * stride]) * stride]
                guard takesLargest ? number > other : number < other else { break }
                if slot < count { unsafe places[slot * stride] = places[(slot - 1) * stride] }
                slot -= 1
            }
            guard slot < count else { continue }
            unsafe places[slot * stride] = Float(index)
            found = min(found + 1, count)
        }
    }
}
