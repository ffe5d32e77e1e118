package import Tensors

/// What an operator sees when it adds its steps to a plan: the node, its shapes, and the kernels to choose from.
///
/// Shapes are those of one row: without the batch in the usual layout, whole in `RowLayout.whole`. Operators count
/// spatial and feature dimensions from the end, so that both read the same.
package struct LoweringContext {
    let node: Graph.Node
    let nodeIndex: Int
    let builder: PlanBuilder
    let packedConstants: PackedConstants
    /// The kernels of the instruction set level the plan is made for.
    package let kernels: Kernels
    /// Whether the model has no free sizes but the batch, so that no plan is made for others.
    let isOnlyPlan: Bool

    /// Number of inputs, counting left-out ones in the middle.
    package var inputCount: Int { node.inputs.count }

    /// Whether input `index` is there.
    package func hasInput(_ index: Int) -> Bool { index < node.inputs.count && node.inputs[index] != nil }

    /// Whether somebody wants output `index`.
    package func wantsOutput(_ index: Int) -> Bool { index < node.outputs.count && node.outputs[index] != nil }

    /// The type of a required input, batch included.
    package func type(ofInput index: Int) -> ValueType { builder.graph[input(index)].type ?? ValueType(.float32, []) }

    /// The elements of an input that is known when the model loads.
    package func constant(_ index: Int) -> Tensor? {
        hasInput(index) ? builder.graph[input(index)].constant : nil
    }

    /// The shape of one row of an input that is computed.
    package func rowShape(ofInput index: Int) -> Shape { rowShape(input(index)) }

    /// The shape with which an operand of an elementwise operator stretches to rows of `rank` dimensions: a row's, or a
    /// constant's without leading sizes of 1.
    package func operandShape(_ index: Int, rank: Int) -> Shape {
        guard let constant = constant(index) else { return rowShape(ofInput: index) }
        var sizes = constant.shape.dimensions
        while sizes.count > rank, sizes.first == 1 { sizes.removeFirst() }
        return Shape(sizes)
    }

    /// The shape of one row of an output.
    package func rowShape(ofOutput index: Int = 0) -> Shape { rowShape(output(index)) }

    /// `axis` of input 0 as an axis of its row; throws when it is the batch.
    package func rowAxis(_ axis: Int) throws(GraphError) -> Int {
        guard axis >= builder.rows.batchAxes else {
            throw .structure("\(node.op.name) works along the batch dimension")
        }
        return axis - builder.rows.droppedAxes(of: type(ofInput: 0))
    }

    /// A permutation of the axes of input 0 as one of its row's axes; throws when it moves the batch.
    package func rowPermutation(_ permutation: [Int]) throws(GraphError) -> [Int] {
        let (batch, dropped) = (builder.rows.batchAxes, builder.rows.droppedAxes(of: type(ofInput: 0)))
        guard Array(permutation.prefix(batch)) == Array(0..<batch) else {
            throw .structure("\(node.op.name) moves the batch dimension")
        }
        return permutation.dropFirst(dropped).map { $0 - dropped }
    }

    /// Weights in the layout a kernel wants, made once for a model and shared by its plans.
    package func packed(_ label: String, _ make: () -> AlignedStorage) -> AlignedStorage {
        packedConstants.storage(for: .init(node: nodeIndex, label: label), make)
    }

    /// Output 0 is input 0 under another shape.
    package mutating func alias() throws(GraphError) {
        builder.alias(output(0), of: input(0))
    }

    /// Adds a step that is called for each row. Operands: the inputs `reads`, then all wanted outputs, then scratch.
    package mutating func addRowwiseStep(
        reads: [Int], scratch: Int = 0, _ body: @escaping @Sendable (_ operands: Operands, _ rows: Int) -> Void
    ) {
        add(.row, reads.map { operand($0) }, scratch: scratch == 0 ? [] : [{ _ in scratch }], body)
    }

    /// Adds a step that is called for a chunk of rows. Operands: the inputs `reads`, then all wanted outputs, then
    /// scratch memory of so many floats for a number of rows.
    package mutating func addChunkStep(
        reads: [Int], scratch: [@Sendable (_ rows: Int) -> Int] = [],
        _ body: @escaping @Sendable (_ operands: Operands, _ rows: Int) -> Void
    ) {
        add(.chunk, reads.map { operand($0) }, scratch: scratch, body)
    }

    /// Adds a step for each row whose first operand is the input, and whose second is a constant row.
    package mutating func addRowwiseStep(
        reading index: Int, constantRow: AlignedStorage,
        _ body: @escaping @Sendable (_ operands: Operands, _ rows: Int) -> Void
    ) {
        add(.row, [operand(index), .constant(constantRow)], scratch: [], body)
    }

    /// Adds a step that fills a row of the output with input 0 read through strides.
    package mutating func addStridedCopy(shape: Shape, sourceStrides: [Int], sourceOffset: Int) {
        let copy = StridedCopy(shape: shape, strides: sourceStrides, offset: sourceOffset)
        addRowwiseStep(reads: [0]) { operands, _ in unsafe copy.run(from: operands[0], to: operands[1]) }
    }

    private func add(
        _ granularity: Step.Granularity, _ reads: [PlanBuilder.Operand],
        scratch: [@Sendable (_ rows: Int) -> Int], _ body: @escaping Step.Body
    ) {
        let outputs = node.outputs.compactMap(\.self).map { PlanBuilder.Operand.value($0) }
        builder.add(
            .init(
                name: node.op.name, granularity: granularity,
                operands: reads + outputs + scratch.map { .scratch($0) },
                writes: Set(reads.count..<(reads.count + outputs.count)), body: body))
    }

    private func operand(_ index: Int) -> PlanBuilder.Operand {
        constant(index).map { .constant($0.storage) } ?? .value(input(index))
    }

    private func input(_ index: Int) -> Graph.ValueID {
        guard let id = node.inputs[index] else { preconditionFailure("input \(index) is left out") }
        return id
    }

    private func output(_ index: Int) -> Graph.ValueID {
        guard let id = node.outputs[index] else { preconditionFailure("output \(index) is not wanted") }
        return id
    }

    private func rowShape(_ id: Graph.ValueID) -> Shape {
        guard let shape = try? builder.rows.rowShape(of: builder.graph[id].type) else {
            preconditionFailure("the plan was checked to have rows everywhere")
        }
        return shape
    }
}
