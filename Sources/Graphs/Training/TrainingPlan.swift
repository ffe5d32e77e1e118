import Glibc
import Tensors

/// A graph compiled for training: forward and backward steps over one arena.
///
/// The rows of a batch are divided between the pool's threads, each of which takes its rows forward, through the loss
/// and back; gradients of parameters are gathered for each thread and then added up in the order of the threads. The
/// result is the same, bit for bit, for the same number of threads.
///
/// Invariant behind `@unchecked Sendable`: one run at a time, and within it each thread writes its own rows and blocks.
@safe package final class TrainingPlan: @unchecked Sendable {
    /// Rows of the largest batch.
    package let capacity: Int
    /// Floats of one row of each input.
    package let inputSizes: [Int]
    /// Floats of one row of the output.
    package let outputSize: Int
    /// Bytes of the memory for values, gradients and what lies between.
    package let memoryBytes: Int

    /// Whether threads take a nap of some microseconds after each operator: a processor that falls idle looks for threads
    /// that wait for another one, which the scheduler otherwise does only now and then. For when others want the
    /// processors.
    package var takesNaps = false

    private let store: ParameterStore
    private let kernels: Kernels
    private let pool: ComputePool?
    private let threads: Int
    private let preparations: [TrainingStep]
    private let forward: [TrainingStep]
    private let backward: [TrainingStep]
    private let inputs: [TrainingBuffer]
    private let output: TrainingBuffer
    private let outputGradient: TrainingBuffer
    private let memory: TrainingMemory

    init(
        builder: TrainingBuilder, pool: ComputePool?, inputs: [TrainingBuffer], output: TrainingBuffer,
        outputGradient: TrainingBuffer, outputAxis: BatchAxis?
    ) throws(GraphError) {
        guard let outputAxis, outputAxis.outer == 1 else {
            throw .unsupported("the output's first dimension must be the batch")
        }
        for id in builder.graph.inputs {
            guard let axis = try builder.axis(id), axis.outer == 1 else {
                throw .unsupported("the first dimension of input \"\(builder.graph[id].name)\" must be the batch")
            }
        }
        (capacity, store, kernels, self.pool) = (builder.capacity, builder.store, builder.kernels, pool)
        threads = builder.threads
        (preparations, forward, backward) = (builder.preparations, builder.forward, builder.backward)
        (self.inputs, self.output, self.outputGradient) = (inputs, output, outputGradient)
        inputSizes = builder.graph.inputs.map { builder.shape($0).elementCount / builder.capacity }
        outputSize = outputAxis.rowFloats
        memory = try TrainingMemory(builder)
        memoryBytes = memory.byteCount
    }

    /// Where the rows of input `index` are put before a run: [capacity, …].
    package func input(_ index: Int) -> UnsafeMutablePointer<Float> { unsafe memory.pointer(inputs[index]) }

    /// The output of the last run: [capacity, …].
    package var outputs: UnsafeMutablePointer<Float> { unsafe memory.pointer(output) }

    /// Where the loss puts its gradient: [capacity, …].
    package var outputGradients: UnsafeMutablePointer<Float> { unsafe memory.pointer(outputGradient) }

    /// The names of the steps in their order.
    package var stepNames: [String] { (preparations + forward).map(\.name) + ["Loss"] + backward.map(\.name) }

    /// Computes the outputs of the first `batch` rows as a served model would.
    package func predict(batch: Int) {
        let run = Run(batch: batch, isTraining: false, seed: 0)
        prepare(run)
        perform(forward, run)
    }

    /// Computes outputs, loss and gradients of the first `batch` rows; the gradients then are in the store.
    /// - Parameters:
    ///   - batch: 1 ... capacity.
    ///   - seed: Random bits of the step, for dropout.
    ///   - loss: Called by each thread for its rows: reads `outputs`, writes `outputGradients`.
    package func train(
        batch: Int, seed: UInt64, loss: @escaping @Sendable (_ rows: Range<Int>, _ thread: Int) -> Void
    ) {
        let run = Run(batch: batch, isTraining: true, seed: seed)
        prepare(run)
        let lossStep = TrainingStep(name: "Loss", kind: .rows) { operands in loss(operands.rows, operands.thread) }
        perform(forward + [lossStep] + backward, run)
        memory.reduceGradients(into: store, kernels: kernels, pool: pool)
    }

    // MARK: Running

    private struct Run: Sendable {
        let batch: Int
        let isTraining: Bool
        let seed: UInt64
    }

    private func prepare(_ run: Run) {
        precondition((1...capacity).contains(run.batch), "a batch of 1 to \(capacity) rows")
        inThreads { [self] thread in
            if run.isTraining { memory.clearGradients(of: thread) }
            for index in stride(from: thread, to: preparations.count, by: threads) {
                preparations[index].body(operands(run, thread: thread, rows: 0..<run.batch))
            }
        }
    }

    private func perform(_ steps: [TrainingStep], _ run: Run) {
        var start = 0
        while start < steps.count {
            if steps[start].kind == .once {
                steps[start].body(operands(run, thread: 0, rows: 0..<run.batch))
                start += 1
                continue
            }
            let end = steps[start...].firstIndex { $0.kind == .once } ?? steps.count
            let part = steps[start..<end]
            inThreads { [self] thread in
                let rows = (run.batch * thread / threads)..<(run.batch * (thread + 1) / threads)
                guard !rows.isEmpty else { return }
                let operands = operands(run, thread: thread, rows: rows)
                for step in part {
                    step.body(operands)
                    if takesNaps { usleep(1) }
                }
            }
            start = end
        }
    }

    private func inThreads(_ body: @escaping @Sendable (Int) -> Void) {
        if let pool, threads > 1 { pool.run(threads, stored: body) } else { for thread in 0..<threads { body(thread) } }
    }

    private func operands(_ run: Run, thread: Int, rows: Range<Int>) -> TrainingOperands {
        unsafe TrainingOperands(
            table: memory.table(thread), rows: rows, batch: run.batch, thread: thread, threads: threads,
            isTraining: run.isTraining, seed: run.seed)
    }
}
