package import Tensors

/// Which kernels compute: the fastest this machine runs, or those of one level.
package enum InstructionSet: String, Sendable, CaseIterable {
    /// The fastest level of this machine.
    case auto
    case baseline, neon, v3, v4

    /// The kernels.
    /// - Throws: `KernelError.unavailableLevel` when this machine cannot run the level.
    package func kernels() throws(KernelError) -> Kernels {
        guard let level = KernelLevel(rawValue: rawValue) else { return Kernels.best() }
        return try Kernels(level: level)
    }
}
