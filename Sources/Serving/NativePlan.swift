import Graphs
import Synchronization
import Tensors

/// An `ExecutionPlan` with the workspaces of its runs, which are kept for the next run.
final class NativePlan: BatchPlan {
    private let plan: ExecutionPlan
    private let pool: ComputePool?
    /// Workspaces nobody uses: for one thread, and for all threads of the pool. As many are made as ever ran at once.
    private let idle = Mutex<(serial: [Workspace], parallel: [Workspace])>(([], []))

    init(_ plan: ExecutionPlan, pool: ComputePool?) {
        self.plan = plan
        self.pool = pool
    }

    var inputSizes: [Int] { plan.inputSizes }
    var outputSizes: [Int] { plan.outputSizes }
    var outputShapes: [Shape] { plan.outputShapes }
    var threads: Int { pool?.threads ?? 1 }

    var workspaceByteCount: Int {
        idle.withLock { idle in (idle.serial + idle.parallel).reduce(0) { $0 + $1.byteCount } }
    }

    func run(
        rows: Int, inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>], parallel: Bool
    ) {
        let parallel = parallel && threads > 1
        let workspace =
            idle.withLock { parallel ? $0.parallel.popLast() : $0.serial.popLast() }
            ?? plan.makeWorkspace(threads: parallel ? threads : 1)
        unsafe plan.run(
            rows: rows, inputs: inputs, outputs: outputs, workspace: workspace, pool: parallel ? pool : nil)
        idle.withLock { parallel ? $0.parallel.append(workspace) : $0.serial.append(workspace) }
    }
}
