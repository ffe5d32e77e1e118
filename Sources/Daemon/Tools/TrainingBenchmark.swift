import JSON
import ModelFormats
package import Tensors
import Training

/// `apus bench --preset`: how long one training step takes (rows in, forward, loss, backward, Adam), on seeded random
/// samples and classes.
package struct TrainingBenchmark: Sendable {
    /// The architecture, by its name in `Presets`.
    package var preset: String
    /// The shape of one sample.
    package var sample: [Int]
    package var classes = 10
    /// Rows, threads and seconds, as for inference.
    package var limits = EngineBenchmark()

    private static let seed: UInt64 = 7

    package init(preset: String, sample: [Int]) {
        self.preset = preset
        self.sample = sample
    }

    /// Times steps; the rows are copied into place in each, as a trainer does.
    package func measure(kernels: Kernels) throws(DaemonError) -> BenchmarkResult {
        try limits.validate()
        let batch = limits.batch
        let pool = limits.threads > 1 ? ComputePool(threads: limits.threads) : nil
        let engine = try engine(kernels: kernels, pool: pool)
        var random = RandomSource(seed: Self.seed)
        let size = sample.reduce(1, *)
        let rows = Tensor(random.uniform(count: batch * size, in: 0..<1), shape: [batch * size])
        let labels = (0..<batch).map { _ in Float(random.next() % UInt64(classes)) }
        var step: UInt64 = 0
        let times = RunTimer(seconds: limits.seconds).time {
            unsafe engine.input(0).update(from: rows.storage.floats, count: batch * size)
            for (index, label) in labels.enumerated() { unsafe engine.targets[index] = label }
            _ = engine.train(rows: batch, learningRate: 0.001, seed: step)
            step += 1
        }
        return BenchmarkResult(
            model: preset, isa: kernels.level.name, nanoseconds: times, batch: batch, threads: pool?.threads ?? 1)
    }

    private func engine(kernels: Kernels, pool: ComputePool?) throws(DaemonError) -> TrainingEngine {
        do {
            let architecture = try Presets.architecture(preset, sample: sample, output: .classes(classes))
            let model = try TrainableModel(architecture: architecture, seed: Self.seed)
            return try TrainingEngine(
                model: model, options: .init(loss: Loss(.crossEntropy)), capacity: limits.batch, targetColumns: 1,
                kernels: kernels, pool: pool)
        } catch {
            throw .usage("--preset: \(error)")
        }
    }
}
