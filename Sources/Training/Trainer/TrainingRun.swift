import Glibc
import Graphs
import JSON
package import Tensors

/// One training from its first step to the files of a version; goes on from its newest checkpoint when there is one.
///
/// With the same setup, threads and machine two runs give the same bits, however often one of them was interrupted:
/// everything random comes from the request's seed and the number of the step, and a checkpoint holds everything else.
package final class TrainingRun {
    /// How a training uses the machine.
    package struct Options: Sendable {
        /// The part of the time that training may compute, 0 < share ≤ 1; in the rest it sleeps.
        package var share = 1.0
        /// The directory of the version that is served, for `publish: if_better`; nil when none is.
        package var servedDirectory: String?
        /// The job this is, for the card.
        package var job: String?
        /// The directory of the version that training begins with, when it does.
        package var baseName: String?

        package init() {}
    }

    let setup: TrainingSetup
    let engine: TrainingEngine
    let options: Options
    let kernels: Kernels
    let pool: ComputePool?
    let checkpoints: CheckpointStore
    /// Where the checkpoints and the bundle go.
    let directory: String
    var state: TrainingState
    /// The parameters of the best epoch, for early stopping.
    var best: Tensor?
    private let stepsPerEpoch: Int
    private let batch: Int
    private var pace: Pace
    private let start = MonotonicTime.now

    /// - Parameters:
    ///   - setup: What is trained on what.
    ///   - directory: Of the job; it exists and belongs to this run alone.
    ///   - options: How the training uses the machine.
    ///   - kernels: The instruction set level.
    ///   - pool: The threads; nil computes on the caller's alone.
    /// - Throws: `TrainingError.graph` for a model that cannot be trained.
    package init(
        setup: TrainingSetup, directory: String, options: Options = Options(), kernels: Kernels, pool: ComputePool?
    ) throws(TrainingError) {
        (self.setup, self.directory, self.options) = (setup, directory, options)
        (self.kernels, self.pool) = (kernels, pool)
        let request = setup.request
        let rows = setup.data.count(.train)
        batch = min(request.batchSize, rows)
        stepsPerEpoch = (rows + batch - 1) / max(batch, 1)
        engine = try TrainingEngine(
            model: setup.model,
            options: .init(
                loss: setup.loss, optimizer: request.optimizer, gradientClip: request.gradientClip,
                freeze: request.freeze),
            capacity: batch, targetColumns: setup.data.targetWidth, positions: setup.comparison.positions,
            sizes: setup.sizes, kernels: kernels, pool: pool)
        checkpoints = CheckpointStore(directory: directory)
        state = TrainingState(
            running: RunningMetrics(isClassifier: setup.classes != nil),
            schedule: Schedule(
                request.schedule, learningRate: request.optimizer.learningRate, stepsPerEpoch: stepsPerEpoch,
                epochs: request.epochs), stopping: request.earlyStopping.map { EarlyStopping($0) })
        pace = Pace(share: options.share, checkpoint: request.checkpoint)
    }

    /// Trains, evaluates and writes the bundle. The checkpoints stay until `discardCheckpoints`: whoever is told of the
    /// bundle may end before having taken note of it, and the training then goes on from the last of them.
    /// - Parameters:
    ///   - report: Called with what happens, on the calling thread.
    ///   - shouldStop: Asked before every step; the answer other than nil ends the run.
    /// - Returns: What was made, or why the run stopped.
    /// - Throws: Why the training cannot go on.
    package func run(
        report: (TrainingEvent) -> Void, shouldStop: () -> StopRequest? = { nil }
    ) throws(TrainingError) -> TrainingOutcome {
        resume(report)
        report(.phase(.training))
        while state.epoch < setup.request.epochs, !state.isStopped {
            if let request = try trainEpoch(report, shouldStop) { return try stop(request, report) }
            try endEpoch(report)
        }
        if let best, state.stopping?.options.restoresBest == true {
            unsafe engine.store.values.update(from: best.storage.floats, count: engine.store.count)
        }
        report(.phase(.evaluating))
        return .finished(try finish(seconds: MonotonicTime.now - start, report))
    }

    /// Removes the checkpoints in a job's directory, for a training that will not go on.
    package static func discardCheckpoints(in directory: String) { CheckpointStore(directory: directory).removeAll() }

    // MARK: Steps

    /// The rest of an epoch.
    /// - Returns: Why the training is asked to stop in its middle; nil at its end.
    private func trainEpoch(
        _ report: (TrainingEvent) -> Void, _ shouldStop: () -> StopRequest?
    ) throws(TrainingError) -> StopRequest? {
        let order = order(ofEpoch: state.epoch)
        while state.step < stepsPerEpoch {
            if let request = shouldStop() { return request }
            let started = MonotonicTime.now
            let rows = Array(order[(state.step * batch)..<min((state.step + 1) * batch, order.count)])
            try step(rows: rows)
            pace.endStep(seconds: MonotonicTime.now - started, rows: rows.count)
            engine.plan.takesNaps = pace.isContended
            if pace.wantsProgress { report(.progress(progress)) }
            if pace.wantsCheckpoint { try writeCheckpoint(report) }
        }
        return nil
    }

    /// The order of the training rows in an epoch.
    private func order(ofEpoch epoch: Int) -> [Int] {
        var order = Array(0..<setup.data.count(.train))
        guard setup.request.shuffles else { return order }
        var random = RandomSource(seed: mixedSeed(.order, epoch))
        order.shuffle(using: &random)
        return order
    }

    private func step(rows: [Int]) throws(TrainingError) {
        var augmentation: RandomSource? =
            setup.data.augmentation == nil ? nil : RandomSource(seed: mixedSeed(.augmentation, state.totalSteps))
        try read(.train, rows: rows, augmenting: &augmentation)
        let (loss, norm) = engine.train(
            rows: rows.count, learningRate: state.schedule.learningRate(step: state.totalSteps),
            seed: mixedSeed(.dropout, state.totalSteps))
        guard loss.isFinite, norm?.isFinite ?? true else {
            throw .diverged(
                epoch: state.epoch + 1, step: state.totalSteps + 1,
                what: loss.isFinite ? "the norm of the gradients" : "the loss")
        }
        add(loss, rows: rows.count, to: &state.running)
        state.step += 1
        state.totalSteps += 1
    }

    /// What random numbers are for: each use has its own.
    private enum RandomUse: UInt64 { case order = 1, augmentation, dropout }

    private func mixedSeed(_ use: RandomUse, _ number: Int) -> UInt64 {
        var seed = RandomSource(seed: UInt64(setup.request.seed) &+ use.rawValue &* 0x9E37_79B9_7F4A_7C15)
        var mixed = RandomSource(seed: seed.next() ^ UInt64(number))
        return mixed.next()
    }

    /// Puts rows of a split into the engine's inputs and targets.
    func read(_ split: Split, rows: [Int], augmenting random: inout RandomSource?) throws(TrainingError) {
        do {
            try unsafe setup.model.samples.read(
                setup.data, split, rows: rows, sizes: setup.sizes, inputs: engine.inputs, targets: engine.targets,
                augmenting: &random)
        } catch {
            throw .data(error)
        }
    }

    /// Counts the outputs of the last step or prediction.
    private func add(_ loss: Double, rows: Int, to metrics: inout RunningMetrics) {
        let (comparison, count) = (setup.comparison, rows * setup.comparison.positions)
        takeSigmoid(rows: rows)
        unsafe metrics.add(
            lossSum: loss * Double(count), outputs: engine.outputs, targets: engine.targets, rows: count,
            columns: comparison.columns, targetColumns: comparison.targetColumns,
            isFromLogits: engine.loss.isFromLogits)
    }

    /// Values are compared with what the model answers, classes with its logits as well.
    func takeSigmoid(rows: Int) {
        if setup.classes == nil, engine.finalActivation == "Sigmoid" { engine.takeSigmoid(rows: rows) }
    }

    private var progress: TrainingEvent.Progress {
        let total = stepsPerEpoch * setup.request.epochs
        let left = state.isStopped ? 0 : Double((total - state.totalSteps) * batch)
        // Between two epochs it is the one that has ended.
        let epoch = state.step == 0 ? max(state.epoch, 1) : state.epoch + 1
        return TrainingEvent.Progress(
            epoch: epoch, epochs: setup.request.epochs, step: state.totalSteps,
            stepsPerEpoch: stepsPerEpoch, samplesPerSecond: pace.samplesPerSecond,
            etaSeconds: pace.samplesPerSecond > 0 ? left / pace.samplesPerSecond : 0,
            trainLoss: state.running.values["loss"] ?? state.history.epochs.last?.metrics["train_loss"] ?? .nan)
    }

    // MARK: Epochs

    private func endEpoch(_ report: (TrainingEvent) -> Void) throws(TrainingError) {
        var metrics = state.running.values.prefixed("train")
        if setup.data.count(.validation) > 0 {
            metrics = metrics + (try evaluate(.validation)).prefixed("validation")
        }
        metrics["learning_rate"] = state.schedule.learningRate(step: max(state.totalSteps - 1, 0))
        if let goal = state.schedule.goal { state.schedule.endEpoch(metric: metrics[goal.name]) }
        if var stopping = state.stopping {
            let verdict = stopping.observe(metrics[stopping.options.goal.name], epoch: state.epoch)
            if verdict.isBest { best = parameters }
            state.isStopped = verdict.shouldStop
            state.stopping = stopping
        }
        state.epoch += 1
        state.step = 0
        state.running = RunningMetrics(isClassifier: setup.classes != nil)
        state.history.append(.init(number: state.epoch, metrics: metrics))
        report(.progress(progress))
        report(.metrics(epoch: state.epoch, step: state.totalSteps, metrics))
        if state.isStopped { report(.log("early stopping after epoch \(state.epoch)")) }
    }

    /// The figures of a split as the model is now.
    private func evaluate(_ split: Split) throws(TrainingError) -> MetricList {
        var metrics = RunningMetrics(isClassifier: setup.classes != nil)
        try forEachBatch(of: split) { rows, loss in add(loss, rows: rows, to: &metrics) }
        return metrics.values
    }

    /// Predicts a split batch by batch; `body` sees the engine's outputs and targets.
    func forEachBatch(of split: Split, _ body: (_ rows: Int, _ meanLoss: Double) -> Void) throws(TrainingError) {
        let count = setup.data.count(split)
        var none: RandomSource?
        for start in stride(from: 0, to: count, by: batch) {
            let rows = Array(start..<min(start + batch, count))
            try read(split, rows: rows, augmenting: &none)
            body(rows.count, engine.predict(rows: rows.count))
        }
    }

    // MARK: Checkpoints

    private var parameters: Tensor {
        let storage = AlignedStorage(floatCount: engine.store.count)
        unsafe storage.floats.update(from: engine.store.values, count: engine.store.count)
        return Tensor(dtype: .float32, shape: [engine.store.count], storage: storage)
    }

    private func writeCheckpoint(_ report: (TrainingEvent) -> Void) throws(TrainingError) {
        var tensors = engine.optimizer.state
        tensors["parameters"] = parameters
        if let best { tensors["best"] = best }
        let json: JSONValue = ["training": state.json, "identity": identity]
        try checkpoints.write(.init(state: json, tensors: tensors), steps: state.totalSteps)
        pace.endCheckpoint()
        report(
            .checkpoint(
                epoch: state.epoch, step: state.totalSteps, state.history.epochs.last?.metrics ?? MetricList()))
    }

    /// What a checkpoint must have been made from to be gone on with.
    private var identity: JSONValue {
        [
            "request": setup.request.json, "dataset": .string(setup.data.dataset.digest),
            "parameters": .integer(engine.store.count), "threads": .integer(pool?.threads ?? 1),
        ]
    }

    /// Goes back to the newest checkpoint that is whole and of this training.
    private func resume(_ report: (TrainingEvent) -> Void) {
        checkpoints.removeLeftovers()
        let checkpoint = checkpoints.newest { reason in report(.log("\(reason); an older one is taken")) }
        guard let checkpoint else { return }
        guard checkpoint.state["identity"] == identity else {
            return report(.log("the checkpoints are of another training or number of threads; it begins anew"))
        }
        let fresh = state
        do {
            guard let saved = checkpoint.state["training"], let values = checkpoint.tensors["parameters"],
                values.elementCount == engine.store.count
            else { throw FieldError(path: "checkpoint", expected: "a state and parameters", found: "none") }
            try state.restore(saved)
            try engine.optimizer.restore(checkpoint.tensors)
            unsafe engine.store.values.update(from: values.storage.floats, count: engine.store.count)
            best = checkpoint.tensors["best"]
            report(.log("going on after step \(state.totalSteps)"))
        } catch {
            state = fresh
            report(.log("the checkpoint cannot be used (\(error)); training begins anew"))
        }
    }

    private func stop(
        _ request: StopRequest, _ report: (TrainingEvent) -> Void
    ) throws(TrainingError) -> TrainingOutcome {
        switch request {
        case .pause: try writeCheckpoint(report)
        case .cancel: checkpoints.removeAll()
        }
        return .stopped(request)
    }
}
