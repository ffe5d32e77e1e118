import Tensors

/// One part of a training plan's work.
struct TrainingStep: Sendable {
    enum Kind: Sendable {
        /// Called by each thread for its rows of the batch.
        case rows
        /// Called once, for the whole batch, while the other threads wait.
        case once
    }

    typealias Body = @Sendable (_ operands: TrainingOperands) -> Void

    /// The operator's name, for reports.
    let name: String
    let kind: Kind
    let body: Body
}

/// A block of floats of a training plan.
package struct TrainingBuffer: Hashable, Sendable {
    let index: Int
}

/// What a step sees of the plan's memory, and the rows it is for.
@safe package struct TrainingOperands {
    /// The first float of each buffer, for this thread.
    let table: UnsafePointer<UnsafeMutablePointer<Float>>
    /// The rows of the step.
    package let rows: Range<Int>
    /// All rows of the batch.
    package let batch: Int
    /// The thread, from 0.
    package let thread: Int
    /// How many threads share the batch.
    package let threads: Int
    /// Whether the step is one of training: dropout drops and batch normalisation takes the batch's statistics.
    package let isTraining: Bool
    /// Random bits of the step, the same for all threads.
    package let seed: UInt64

    /// The first float of a buffer.
    package subscript(buffer: TrainingBuffer) -> UnsafeMutablePointer<Float> { unsafe table[buffer.index] }
}
