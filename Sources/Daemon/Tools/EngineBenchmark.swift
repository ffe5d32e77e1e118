import Graphs
import Tensors

/// `apus bench`: how long one run of a model takes, on seeded random input.
package struct EngineBenchmark: Sendable {
    /// Rows of each run, at least 1.
    package var batch = 1
    /// Threads, at least 1.
    package var threads = 1
    /// How long to measure, after as long a warm-up as `warmUpSeconds`.
    package var seconds = 1.0

    private static let seed: UInt64 = 7

    package init() {}

    /// - Throws: `DaemonError.usage` for values nobody can measure with.
    package func validate() throws(DaemonError) {
        guard (1...1_048_576).contains(batch) else {
            throw .usage("--batch: expected an integer in 1...1048576, got \(batch)")
        }
        guard (1...1024).contains(threads) else {
            throw .usage("--threads: expected an integer in 1...1024, got \(threads)")
        }
        guard seconds > 0, seconds <= 3600 else {
            throw .usage("--seconds: expected a number above 0 and up to 3600, got \(seconds)")
        }
    }

    /// Times single runs of `ExecutionPlan.run`; nothing is allocated between the first and the last.
    package func measure(
        _ model: LoadedModel, sizes: ChosenSizes = ChosenSizes()
    ) throws(DaemonError) -> BenchmarkResult {
        try validate()
        let plan = try model.plan(sizes.bindings(of: model))
        var random = RandomSource(seed: Self.seed)
        let inputs = plan.inputSizes.map { size in
            let storage = AlignedStorage(floatCount: size * batch)
            for index in 0..<size * batch { unsafe storage.floats[index] = random.uniform() }
            return storage
        }
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0 * batch) }
        let pool = threads > 1 ? ComputePool(threads: threads) : nil
        let workspace = plan.makeWorkspace(threads: threads)
        let inputPointers = unsafe inputs.map { unsafe UnsafePointer($0.floats) }
        let outputPointers = unsafe outputs.map { unsafe $0.floats }
        let run = {
            unsafe plan.run(
                rows: batch, inputs: inputPointers, outputs: outputPointers, workspace: workspace, pool: pool)
        }
        return withExtendedLifetime((inputs, outputs)) {
            BenchmarkResult(
                model: model.path, isa: model.kernels.level.name, nanoseconds: RunTimer(seconds: seconds).time(run),
                batch: batch,
                threads: pool?.threads ?? 1)
        }
    }
}
