import CKernels

/// All kernels of one instruction set level: the numeric core of Apus.
///
/// Every function takes plain pointers to 32-bit floats and allocates nothing; sizes and strides count floats. The
/// extensions group the functions by what they compute. A kernel's naive twin in `Naive` says the same in plain loops.
@safe
package struct Kernels: Sendable, CustomStringConvertible {
    /// The level these kernels were compiled for.
    package let level: KernelLevel

    // Sound to share: the table is a constant of the program and never written.
    nonisolated(unsafe) let table: UnsafePointer<apus_kernels>

    /// The kernels of `level`.
    ///
    /// - Throws: `KernelError.unavailableLevel` when this machine cannot run them.
    package init(level: KernelLevel) throws(KernelError) {
        guard let table = unsafe apus_kernels_for_level(level.identifier) else {
            throw .unavailableLevel(level, available: KernelLevel.available)
        }
        self.level = level
        unsafe self.table = unsafe table
    }

    /// The kernels of every level that this machine can run, the slowest first.
    package static var available: [Kernels] { KernelLevel.available.compactMap { try? Kernels(level: $0) } }

    /// The fastest kernels of this machine.
    package static func best() -> Kernels {
        guard let best = available.last else { preconditionFailure("every machine runs the baseline kernels") }
        return best
    }

    /// Floats in one vector register.
    package var lanes: Int { unsafe Int(table.pointee.lanes) }

    package var description: String { level.name }
}
