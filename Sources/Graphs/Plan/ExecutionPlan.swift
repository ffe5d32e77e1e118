package import Tensors

/// A graph compiled for one binding of its free sizes: a list of kernel calls, weights packed, memory laid out.
///
/// Any number of rows runs through the same plan. Rows are taken in chunks that fit the cache; within a chunk, steps
/// that work on one row follow each other row by row. Running allocates nothing. A row's result has the same bits
/// whatever batch it runs in, because every kernel sums in the same order at every number of rows.
package final class ExecutionPlan: Sendable {
    /// Floats of one row of each input and output.
    package let inputSizes: [Int]
    package let outputSizes: [Int]
    /// The shape of one row of each output, without the batch.
    package let outputShapes: [Shape]
    /// How many rows one pass takes when the model was written for a fixed batch size; nil when any number will do.
    package let fixedBatch: Int?
    /// Most rows that are worked on at once by one thread.
    package let chunkRows: Int
    /// Floats of scratch memory for each thread.
    package let arenaFloats: Int

    let steps: [Step]
    let segments: [Segment]
    /// The slots of all steps, one after another; storage that `slots` points to.
    private let slotStorage: AlignedStorage
    private let constants: [AlignedStorage]

    init(
        steps: [Step], segments: [Segment], layout: MemoryPlanner.Layout,
        inputSizes: [Int], outputShapes: [Shape], fixedBatch: Int?
    ) {
        self.steps = steps
        self.segments = segments
        self.inputSizes = inputSizes
        self.outputShapes = outputShapes
        self.fixedBatch = fixedBatch
        outputSizes = outputShapes.map(\.elementCount)
        chunkRows = layout.chunkRows
        arenaFloats = layout.arenaFloats
        constants = layout.constants
        slotStorage = AlignedStorage(byteCount: layout.slots.count * MemoryLayout<Slot>.stride)
        unsafe slotStorage.base.bindMemory(to: Slot.self, capacity: layout.slots.count)
            .initialize(from: layout.slots, count: layout.slots.count)
    }

    /// The names of the operators in the order in which they run.
    package var stepNames: [String] { steps.map(\.name) }

    /// Scratch memory for runs with up to `threads` threads; one run uses it at a time.
    package func makeWorkspace(threads: Int) -> Workspace {
        let batch = fixedBatch ?? 0
        let workspace = unsafe Workspace(
            threads: threads, arenaFloats: arenaFloats,
            baseCount: 1 + inputSizes.count + outputSizes.count + constants.count,
            constants: constants.map { unsafe $0.floats }, firstConstant: 1 + inputSizes.count + outputSizes.count,
            stagingFloats: batch > 1 ? batch * (inputSizes.reduce(0, +) + outputSizes.reduce(0, +)) : 0)
        // Made once, because making a closure allocates; weak, because the workspace owns it.
        workspace.runPart = { [self, weak workspace] part in
            if let workspace { runPart(part, workspace) }
        }
        return workspace
    }

    /// Computes `rows` rows.
    /// - Parameters:
    ///   - rows: Any number from 0.
    ///   - inputs: Each [rows, …], contiguous.
    ///   - outputs: Each [rows, …], contiguous, written whole.
    ///   - workspace: From `makeWorkspace` of this plan; used by nobody else meanwhile.
    ///   - pool: Rows are divided between its threads, as far as the workspace allows; nil computes on this thread.
    package func run(
        rows: Int, inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>], workspace: Workspace,
        pool: ComputePool?
    ) {
        unsafe precondition(
            inputs.count == inputSizes.count && outputs.count == outputSizes.count, "wrong tensor count")
        unsafe workspace.setTensors(inputs: inputs, outputs: outputs)
        if let fixedBatch { return runFixed(rows: rows, batch: fixedBatch, workspace) }
        let parts = min(pool?.threads ?? 1, workspace.threads, rows)
        guard let pool, parts > 1 else { return runRows(0..<rows, workspace, thread: 0) }
        workspace.rows = rows
        workspace.parts = parts
        pool.run(parts, stored: workspace.runPart)
    }

    /// Computes the share of one thread.
    private func runPart(_ part: Int, _ workspace: Workspace) {
        let (rows, parts) = (workspace.rows, workspace.parts)
        runRows((rows * part / parts)..<(rows * (part + 1) / parts), workspace, thread: part)
    }

    private func runRows(_ rows: Range<Int>, _ workspace: Workspace, thread: Int) {
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = min(start + chunkRows, rows.upperBound)
            unsafe runChunk(count: end - start, workspace.bases(thread: thread, firstRow: start, sizes: self))
            start = end
        }
    }

    func runChunk(count: Int, _ bases: UnsafePointer<UnsafeMutablePointer<Float>>) {
        let slots = unsafe UnsafePointer(slotStorage.base.assumingMemoryBound(to: Slot.self))
        for segment in segments {
            switch segment.granularity {
            case .chunk:
                for index in segment.steps { unsafe run(steps[index], slots, bases, row: 0, count: count) }
            case .row:
                for row in 0..<count {
                    for index in segment.steps { unsafe run(steps[index], slots, bases, row: row, count: 1) }
                }
            }
        }
    }

    @inline(__always)
    private func run(
        _ step: borrowing Step, _ slots: UnsafePointer<Slot>, _ bases: UnsafePointer<UnsafeMutablePointer<Float>>,
        row: Int, count: Int
    ) {
        step.body(unsafe Operands(bases: bases, slots: slots + step.operands.lowerBound, row: row), count)
    }
}
