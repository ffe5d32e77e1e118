import Tensors

/// The scratch memory of one run at a time: an arena and a table of base pointers for each thread.
///
/// Invariant behind `@unchecked Sendable`: one run uses it at a time, and within a run each thread touches only its
/// own arena and table.
@safe package final class Workspace: @unchecked Sendable {
    /// Threads that can work at once.
    package let threads: Int
    private let arenaFloats: Int
    private let arena: AlignedStorage
    private let baseCount: Int
    private let tables: AlignedStorage
    private let stagingStorage: AlignedStorage
    /// The rows of the run, and in how many parts they are computed.
    var rows = 0
    var parts = 1
    /// Computes one part.
    var runPart: @Sendable (_ part: Int) -> Void = { _ in }
    private var inputs: [UnsafePointer<Float>] = unsafe []
    private var outputs: [UnsafeMutablePointer<Float>] = unsafe []

    init(
        threads: Int, arenaFloats: Int, baseCount: Int, constants: [UnsafeMutablePointer<Float>], firstConstant: Int,
        stagingFloats: Int
    ) {
        precondition(threads >= 1, "a workspace is for at least one thread")
        self.threads = threads
        self.arenaFloats = (arenaFloats + 15) / 16 * 16
        self.baseCount = baseCount
        arena = AlignedStorage(floatCount: self.arenaFloats * threads)
        stagingStorage = AlignedStorage(floatCount: stagingFloats)
        // Tables of different threads lie on different cache lines.
        tables = AlignedStorage(byteCount: threads * Self.tableStride(baseCount) * MemoryLayout<Int>.stride)
        for thread in 0..<threads {
            let table = unsafe table(thread)
            unsafe (table + 0).initialize(to: arena.floats + thread * self.arenaFloats)
            for index in unsafe constants.indices {
                unsafe (table + firstConstant + index).initialize(to: constants[index])
            }
        }
    }

    /// Bytes of its memory.
    package var byteCount: Int { arena.byteCount + tables.byteCount + stagingStorage.byteCount }

    /// Memory to pad a last incomplete batch in.
    var staging: UnsafeMutablePointer<Float> { unsafe stagingStorage.floats }

    func setTensors(inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>]) {
        unsafe self.inputs = inputs
        unsafe self.outputs = outputs
    }

    /// The base pointers for a chunk that starts at row `firstRow`.
    func bases(thread: Int, firstRow: Int, sizes plan: ExecutionPlan) -> UnsafeMutablePointer<
        UnsafeMutablePointer<Float>
    > {
        let table = unsafe table(thread)
        for index in unsafe inputs.indices {
            unsafe table[1 + index] = UnsafeMutablePointer(mutating: inputs[index] + firstRow * plan.inputSizes[index])
        }
        for index in unsafe outputs.indices {
            unsafe table[1 + inputs.count + index] = outputs[index] + firstRow * plan.outputSizes[index]
        }
        return unsafe table
    }

    private func table(_ thread: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<Float>> {
        unsafe tables.base.assumingMemoryBound(to: UnsafeMutablePointer<Float>.self)
            + thread * Self.tableStride(baseCount)
    }

    private static func tableStride(_ baseCount: Int) -> Int { (baseCount + 7) / 8 * 8 }
}
