import Glibc
package import Graphs
package import Tensors

/// One model in training: its parameters, the plan that computes gradients, the loss and the optimizer.
///
/// A step: the trainer puts rows into `inputs` and `targets`, then calls `train`.
///
/// Not for several threads at once; inside, the pool's threads share the rows of a batch.
package final class TrainingEngine {
    package let store: ParameterStore
    package let plan: TrainingPlan
    package let optimizer: Optimizer
    package let loss: Loss
    /// The softmax or sigmoid at the model's end that the loss takes in: what makes probabilities of `outputs`.
    package let finalActivation: String?
    /// Numbers that training changes.
    package let trainableCount: Int
    /// Floats of a row of targets.
    package let targetColumns: Int
    /// Comparisons of outputs and targets in a row.
    package let positions: Int

    private let kernels: Kernels
    private let pool: ComputePool?
    private let ranges: [ParameterRange]
    private let parts: [[ParameterRange]]
    private let norm: GradientNorm
    private let clip: GradientClip
    private let task: LossTask

    /// - Parameters:
    ///   - model: Whose parameters the engine starts from.
    ///   - options: What the request says of loss, optimizer and clipping.
    ///   - capacity: Rows of the largest batch.
    ///   - targetColumns: Floats of a row of targets.
    ///   - positions: Comparisons in a row, among which its outputs and targets are divided evenly.
    ///   - sizes: What the sizes are that the model leaves free, by name.
    ///   - kernels: The instruction set level.
    ///   - pool: The threads that share a batch; nil computes on the caller's alone.
    /// - Throws: `TrainingError.graph` for a model that cannot be trained.
    package init(
        model: TrainableModel, options: Options, capacity: Int, targetColumns: Int, positions: Int = 1,
        sizes: [String: Int] = [:], kernels: Kernels, pool: ComputePool?
    ) throws(TrainingError) {
        self.kernels = kernels
        self.pool = pool
        var graph = model.trainedGraph
        // What other outputs alone depend on stays as it is.
        let used = graph.namesBehindOutputs
        let parameters = model.parameters.map { parameter in
            (
                parameter.name, parameter.tensor,
                parameter.isTrainable && used.contains(parameter.name) && !options.freeze.freezes(parameter.name)
            )
        }
        store = ParameterStore(parameters.filter(\.2) + parameters.filter { !$0.2 })
        var loss = options.loss
        do throws(GraphError) {
            try graph.prepareForTraining(parameters: Set(parameters.map(\.0)))
            finalActivation = loss.takesIn(graph.finalActivation) ? graph.removeFinalActivation() : nil
            plan = try TrainingCompiler(graph: graph, store: store, kernels: kernels)
                .compile(capacity: capacity, bindings: sizes, pool: pool)
        } catch {
            throw .graph(error)
        }
        if finalActivation != nil { loss.isFromLogits = true }
        if loss.isOfProbabilities(graph.finalActivation) { loss.isFromLogits = false }
        self.loss = loss
        (self.targetColumns, self.positions) = (targetColumns, positions)
        let weights = Set(model.parameters.filter(\.isWeight).map(\.name))
        let decaysAll = options.optimizer.decayed == .all
        ranges = ParameterRange.merged(
            store.parameters.filter(\.isTrainable).map { parameter in
                ParameterRange(
                    parameter.range.lowerBound..<(parameter.range.upperBound + 15) / 16 * 16,
                    isDecayed: decaysAll || weights.contains(parameter.name))
            })
        trainableCount = store.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.range.count : 0) }
        parts = ParameterRange.split(ranges, parts: pool?.threads ?? 1)
        norm = GradientNorm(ranges: ranges)
        clip = options.gradientClip
        optimizer = Optimizer(options.optimizer, count: store.count)
        task = LossTask(
            loss: loss, plan: plan, targetColumns: targetColumns, positions: positions, capacity: capacity,
            threads: pool?.threads ?? 1)
    }

    /// What of a request the engine needs.
    package struct Options: Sendable {
        package var loss: Loss
        package var optimizer: OptimizerOptions
        package var gradientClip: GradientClip
        package var freeze: FreezePatterns

        package init(
            loss: Loss, optimizer: OptimizerOptions = .adam, gradientClip: GradientClip = .none,
            freeze: FreezePatterns = FreezePatterns([])
        ) {
            (self.loss, self.optimizer, self.gradientClip, self.freeze) = (loss, optimizer, gradientClip, freeze)
        }
    }

    /// Where the rows of an input go: [capacity, …].
    package func input(_ index: Int) -> UnsafeMutablePointer<Float> { unsafe plan.input(index) }

    /// The same of all inputs.
    var inputs: [UnsafeMutablePointer<Float>] { unsafe plan.inputSizes.indices.map { unsafe plan.input($0) } }

    /// Where the targets go: [capacity, targetColumns].
    package var targets: UnsafeMutablePointer<Float> { unsafe task.targets.floats }

    /// The outputs of the last step or prediction, before `finalActivation`: [capacity, outputSize].
    package var outputs: UnsafeMutablePointer<Float> { unsafe plan.outputs }

    /// One step over the first `rows` rows.
    /// - Parameters:
    ///   - rows: 1 ... the capacity.
    ///   - learningRate: Of this step.
    ///   - seed: Random bits of the step.
    /// - Returns: The mean loss, before the step; the gradients' norm where clipping needs it.
    package func train(rows: Int, learningRate: Double, seed: UInt64) -> (loss: Double, gradientNorm: Double?) {
        task.batch = rows
        let task = task
        plan.train(batch: rows, seed: seed) { range, thread in task.run(range, thread: thread, wantsGradient: true) }
        let mean = task.takeSum() / Double(rows * positions)
        guard mean.isFinite else { return (mean, nil) }
        let length = clip.needsNorm ? unsafe norm(store.gradients, kernels: kernels, pool: pool) : nil
        if let length, !length.isFinite { return (mean, length) }
        let step = optimizer.nextStep(
            learningRate: learningRate, gradientScale: clip.scale(norm: length ?? 0), gradientLimit: clip.limit)
        apply(step)
        return (mean, length)
    }

    /// Computes the outputs of the first `rows` rows as the served model would.
    /// - Returns: The mean loss against the targets.
    @discardableResult
    package func predict(rows: Int) -> Double {
        plan.predict(batch: rows)
        task.batch = rows
        task.run(0..<rows, thread: 0, wantsGradient: false)
        return task.takeSum() / Double(rows * positions)
    }

    /// Makes the outputs of the last step or prediction what the model answers, where the loss took in its sigmoid.
    func takeSigmoid(rows: Int) {
        for index in 0..<rows * plan.outputSize { unsafe outputs[index] = 1 / (1 + exp(-outputs[index])) }
    }

    private func apply(_ step: OptimizerStep) {
        let arena = Arena(store)
        let (parts, kernels) = (parts, kernels)
        if let pool, parts.count > 1 {
            pool.run(parts.count) { part in
                unsafe step.apply(
                    to: arena.store.values, gradients: arena.store.gradients, ranges: parts[part], kernels: kernels)
            }
        } else {
            unsafe step.apply(to: store.values, gradients: store.gradients, ranges: ranges, kernels: kernels)
        }
    }

    /// The store for the threads of one step, which change disjoint ranges.
    private struct Arena: Sendable {
        let store: ParameterStore
        init(_ store: ParameterStore) { self.store = store }
    }
}

/// The loss of a batch, computed by each thread for its rows.
///
/// Invariant behind `@unchecked Sendable`: threads read their rows and write their own sums and gradients.
@safe private final class LossTask: @unchecked Sendable {
    let targets: AlignedStorage
    var batch = 0
    private let loss: Loss
    private let plan: TrainingPlan
    private let targetColumns: Int
    private let positions: Int
    /// One for each thread, on cache lines of their own.
    private let sums: AlignedStorage
    private let threads: Int

    init(loss: Loss, plan: TrainingPlan, targetColumns: Int, positions: Int, capacity: Int, threads: Int) {
        (self.loss, self.plan, self.threads) = (loss, plan, threads)
        (self.targetColumns, self.positions) = (targetColumns, positions)
        targets = AlignedStorage(floatCount: capacity * targetColumns)
        sums = AlignedStorage(byteCount: threads * 64)
    }

    func run(_ rows: Range<Int>, thread: Int, wantsGradient: Bool) {
        let columns = plan.outputSize
        let sum = unsafe loss.evaluate(
            outputs: plan.outputs + rows.lowerBound * columns,
            targets: targets.floats + rows.lowerBound * targetColumns,
            rows: rows.count * positions, columns: columns / positions, targetColumns: targetColumns / positions,
            batch: batch * positions,
            gradient: wantsGradient ? plan.outputGradients + rows.lowerBound * columns : nil)
        unsafe sums.base.storeBytes(of: sum, toByteOffset: thread * 64, as: Double.self)
    }

    /// The sum of all threads, in their order; clears them.
    func takeSum() -> Double {
        (0..<threads).reduce(0) { total, thread in
            defer { unsafe sums.base.storeBytes(of: 0, toByteOffset: thread * 64, as: Double.self) }
            return unsafe total + sums.base.load(fromByteOffset: thread * 64, as: Double.self)
        }
    }
}

extension Loss {
    /// Whether the loss is computed from what comes before the model's last operator.
    fileprivate func takesIn(_ activation: String?) -> Bool {
        switch (kind, activation) {
        case (.crossEntropy, "Softmax"), (.crossEntropy, "LogSoftmax"), (.binaryCrossEntropy, "Sigmoid"): true
        default: false
        }
    }

    /// Whether an entropy takes the model's outputs for probabilities, because it ends in something else that makes some.
    fileprivate func isOfProbabilities(_ activation: String?) -> Bool {
        switch (kind, activation) {
        case (.crossEntropy, "Sigmoid"), (.binaryCrossEntropy, "Softmax"): true
        default: false
        }
    }
}
