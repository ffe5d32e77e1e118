/// Bytes of memory that a loaded version holds, besides a little bookkeeping.
package struct MemoryReport: Sendable, Equatable {
    /// The weights as the kernels want them, and as the graph has them.
    package var weights = 0
    /// Scratch memory of the plans that ran.
    package var workspaces = 0
    /// Memory in which requests are joined into batches.
    package var batches = 0

    package init() {}

    package var total: Int { weights + workspaces + batches }
}
