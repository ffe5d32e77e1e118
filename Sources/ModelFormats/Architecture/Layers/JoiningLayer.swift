import Graphs
import JSON

/// `Add`, `Subtract`, `Multiply` and `Concatenate` of the layers that `inputs` name.
struct JoiningLayer: Layer {
    enum Kind: Sendable, Equatable {
        case add, subtract, multiply
        /// Along a dimension as Keras counts them, the batch included; negative from the end.
        case concatenate(axis: Int)
    }

    let kind: Kind

    var members: [JSONMember] {
        if case .concatenate(let axis) = kind { [JSONMember("axis", .integer(axis))] } else { [] }
    }

    var keepsSteps: Bool { kind != .concatenate(axis: 1) }

    init(_ kind: Kind) { self.kind = kind }

    /// Reads `Concatenate`.
    init(concatenate fields: inout JSONFields) throws(FieldError) {
        kind = .concatenate(axis: try fields.integer("axis", in: -8...8) ?? -1)
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let first = context.inputs[0]
        guard kind == .subtract ? context.inputs.count == 2 : context.inputs.count >= 2 else {
            throw FieldError(
                path: "\(context.path).inputs", expected: kind == .subtract ? "two names" : "at least two names",
                found: "\(context.inputs.count)")
        }
        guard case .concatenate(let axis) = kind else {
            for (index, shape) in context.inputs.enumerated() where shape != first {
                throw FieldError(
                    path: "\(context.path).inputs[\(index)]", expected: "the shape of the first, \(first)",
                    found: "\(shape)")
            }
            return LayerPlan(output: first)
        }
        let place = axis < 0 ? axis + first.rank : axis - 1
        guard first.sizes.indices.contains(place) else {
            throw FieldError(
                path: "\(context.path).axis", expected: "a dimension of \(first) after the batch", found: "\(axis)")
        }
        var sizes = first.sizes
        var total = 0
        for (index, shape) in context.inputs.enumerated() {
            guard shape.rank == first.rank, let size = shape.sizes[place],
                sizes.indices.allSatisfy({ $0 == place || shape.sizes[$0] == sizes[$0] })
            else {
                throw FieldError(
                    path: "\(context.path).inputs[\(index)]",
                    expected: "the shape of the first, \(first), but for dimension \(axis), of known size",
                    found: "\(shape)")
            }
            total += size
        }
        sizes[place] = total
        return LayerPlan(output: SampleShape(sizes))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let op: String
        switch kind {
        case .add: op = "Add"
        case .subtract: op = "Sub"
        case .multiply: op = "Mul"
        case .concatenate(let axis):
            return graph.apply1(Concat(axis: axis), graph.inputs)
        }
        var result = graph.input
        for input in graph.inputs.dropFirst() { result = try graph.apply1(op, [result, input]) }
        return result
    }
}
