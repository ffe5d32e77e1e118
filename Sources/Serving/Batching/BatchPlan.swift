package import Tensors

/// Computes any number of rows at once, for one binding of a model's free sizes; safe to run from several threads.
package protocol BatchPlan: Sendable {
    /// Floats of one row of each input.
    var inputSizes: [Int] { get }
    /// Floats of one row of each output.
    var outputSizes: [Int] { get }
    /// The shape of one row of each output.
    var outputShapes: [Shape] { get }
    /// Threads that divide the rows of a parallel run between them.
    var threads: Int { get }

    /// Bytes of the scratch memory that the runs so far have left.
    var workspaceByteCount: Int { get }

    /// Computes `rows` rows; a row's result does not depend on the other rows.
    /// - Parameters:
    ///   - rows: Any number from 0.
    ///   - inputs: Each [rows, …], row-major.
    ///   - outputs: Each [rows, …], row-major, written whole.
    ///   - parallel: Whether other threads may take part; if not, everything runs on the calling thread.
    func run(
        rows: Int, inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>], parallel: Bool)
}
