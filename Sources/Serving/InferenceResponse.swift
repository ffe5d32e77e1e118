package import Tensors

/// The answer to one request.
package struct InferenceResponse: Sendable {
    /// One float32 tensor for each output of the model: [rows, …]. The memory belongs to this response alone.
    package let outputs: [Tensor]
    /// Rows of the request.
    package let rows: Int
    /// Nanoseconds from submission to the start of the batch.
    package let queueNanoseconds: UInt64
    /// Nanoseconds from there to the start of the first run the request was part of.
    package let batchWaitNanoseconds: UInt64
    /// Nanoseconds of the runs the request was part of.
    package let computeNanoseconds: UInt64
    /// Most rows of one of these runs, of this request and others.
    package let batchRows: Int
    /// Whether it ran on the thread that submitted it.
    package let ranInline: Bool
}
