package import Tensors

/// The upper or lower triangle of the last two dimensions, 0 elsewhere: it becomes a choice by a fixed mask.
package struct Trilu: Operator {
    package static let name = "Trilu"
    let isUpper: Bool

    package init(attributes: Attributes) throws(GraphError) {
        isUpper = try attributes.int("upper").map { $0 != 0 } ?? true
    }

    private func mask(rows: Int, columns: Int, _ diagonal: Int) -> Tensor {
        let elements = (0..<rows).flatMap { row in
            (0..<columns).map { column in Float((isUpper ? column - row >= diagonal : column - row <= diagonal) ? 1 : 0)
            }
        }
        return Tensor(elements, shape: [rows, columns])
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, x) = (graph.inputs, try graph.input(0))
        let type = try inputs.type(0)
        guard type.dtype == .float32, type.rank >= 2, let rows = type.dimensions[type.rank - 2].fixedValue,
            let columns = type.dimensions[type.rank - 1].fixedValue, rows <= 1 << 12, columns <= 1 << 12
        else { throw .input(0, expected: "float32 matrices of known size", found: "\(type)") }
        let mask = mask(rows: rows, columns: columns, try inputs.integers(1, "diagonal")?.first ?? 0)
        let zero = graph.constant(Tensor([Float(0)], shape: []))
        return [try graph.add("Where", [graph.constant(mask), x, zero])]
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { [try inputs.type(0)] }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
        let mask = mask(rows: rows, columns: columns, inputs.optional(1)?.integers?.first ?? 0).floats
        return [Tensor(x.indices.map { mask[$0 % (rows * columns)] == 0 ? 0 : x[$0] }, shape: shape)]
    }
}
