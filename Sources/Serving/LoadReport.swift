/// What loading a version took.
package struct LoadReport: Sendable, Equatable {
    /// Milliseconds to read the model file into a graph.
    package var readMilliseconds = 0.0
    /// Milliseconds to compile the graph and pack its weights.
    package var compileMilliseconds = 0.0
    /// Milliseconds to reproduce the golden outputs, or to warm up, and to measure the cost of a row.
    package var verifyMilliseconds = 0.0
    /// Bytes of all files in the version's directory.
    package var fileBytes = 0
    /// Bytes of the packed weights in memory.
    package var packedBytes = 0
    /// Numbers the model learned.
    package var parameterCount = 0
    /// Rows of the golden file that were reproduced; 0 without one.
    package var goldenRows = 0
    /// Measured nanoseconds of one row computed alone; nil when the model has free sizes and no golden file.
    package var rowNanoseconds: Double?

    package init() {}

    /// Milliseconds of the whole load.
    package var totalMilliseconds: Double { readMilliseconds + compileMilliseconds + verifyMilliseconds }
}
