/// One kernel call of a plan, with what it reads and writes.
struct Step: Sendable {
    /// How a step treats the rows of a batch.
    enum Granularity: Sendable {
        /// Called once for each row, so that a row runs through several steps while it is in cache.
        case row
        /// Called once for all rows of a chunk: products whose weights are worth reusing between rows.
        case chunk
    }

    typealias Body = @Sendable (_ operands: Operands, _ rows: Int) -> Void

    /// The operator's name, for reports.
    let name: String
    let granularity: Granularity
    /// Where the step's operands stand in `ExecutionPlan.slots`.
    let operands: Range<Int>
    let body: Body
}

/// Where one operand lies: `bases[base] + offset + row · rowStride`, in floats.
struct Slot: Sendable, Hashable {
    var base: Int
    var offset: Int
    var rowStride: Int
}

/// The operands of one step call: reads first, then writes, then scratch memory.
@safe package struct Operands {
    let bases: UnsafePointer<UnsafeMutablePointer<Float>>
    let slots: UnsafePointer<Slot>
    /// The first row of the call.
    let row: Int

    /// The first float of operand `index`.
    package subscript(index: Int) -> UnsafeMutablePointer<Float> {
        let slot = unsafe slots[index]
        return unsafe bases[slot.base] + slot.offset + row * slot.rowStride
    }
}
