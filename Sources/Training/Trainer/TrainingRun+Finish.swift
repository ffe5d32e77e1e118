import Glibc
import Graphs
import JSON
import ModelFormats
import Preprocessing
import Tensors

extension TrainingRun {
    /// Evaluates the trained model, decides about publishing and writes the version's files.
    func finish(seconds: Double, _ report: (TrainingEvent) -> Void) throws(TrainingError) -> TrainingResult {
        var reports: [Split: EvaluationReport] = [:]
        var metrics = epochOfVersion?.metrics ?? MetricList()
        for split in [Split.validation, .test] where setup.data.count(split) > 0 {
            let own = try evaluation(of: split)
            reports[split] = own
            metrics = metrics + own.metrics.prefixed(split.rawValue)
        }
        let decision = try decision(metrics, report)
        let tensors = Dictionary(
            uniqueKeysWithValues: engine.store.parameters.enumerated().map { ($1.name, engine.store.tensor($0)) })
        let card = card(metrics: metrics, reports: reports, decision: decision, seconds: seconds)
        let version = TrainedVersion(setup: setup, parameters: tensors, kernels: kernels)
        let path = "\(directory)/bundle"
        // One that is there is from before an interruption; nobody has taken note of it.
        Directories.remove(path)
        try version.write(to: path, card: card, history: state.history)
        return TrainingResult(
            metrics: metrics, history: state.history, reports: reports, decision: decision, bundle: path)
    }

    /// The epoch whose parameters the version has: the best one where early stopping went back to it.
    private var epochOfVersion: TrainingHistory.Epoch? {
        let epochs = state.history.epochs
        guard best != nil, let stopping = state.stopping, stopping.options.restoresBest, let index = stopping.bestEpoch,
            epochs.indices.contains(index)
        else { return epochs.last }
        return epochs[index]
    }

    private func evaluation(of split: Split) throws(TrainingError) -> EvaluationReport {
        let comparison = setup.comparison
        var predictions = Predictions(classes: setup.classes, values: setup.data.valueNames)
        try forEachBatch(of: split) { rows, _ in
            takeSigmoid(rows: rows)
            unsafe predictions.append(
                outputs: engine.outputs, targets: engine.targets, rows: rows * comparison.positions,
                columns: comparison.columns, targetColumns: comparison.targetColumns,
                isFromLogits: engine.loss.isFromLogits)
        }
        let options = setup.request.evaluation
        return EvaluationReport(
            predictions, options: options,
            slices: comparison.slices(try setup.data.slices(options.slices, of: split)))
    }

    /// Whether the version goes live; a served version is evaluated on the same rows where that decides.
    private func decision(
        _ metrics: MetricList, _ report: (TrainingEvent) -> Void
    ) throws(TrainingError) -> PublishPolicy.Decision {
        guard case .ifBetter = setup.request.publish, let directory = options.servedDirectory else {
            return setup.request.publish.decision(candidate: metrics, served: nil)
        }
        do throws(TrainingError) {
            let served = try VersionEvaluator(
                directory: directory, output: setup.request.output, kernels: kernels)
            var theirs = MetricList()
            for split in [Split.validation, .test] where setup.data.count(split) > 0 {
                let report = try served.evaluate(
                    setup.data.dataset, options: setup.options, split: split, evaluation: setup.request.evaluation,
                    loss: setup.request.loss.kind)
                theirs = theirs + report.report.metrics.prefixed(split.rawValue)
            }
            return setup.request.publish.decision(candidate: metrics, served: theirs)
        } catch {
            report(.log("the served version cannot be compared: \(error)"))
            return PublishPolicy.Decision(
                publishes: false, reason: "the served version cannot be evaluated on this data: \(error)")
        }
    }

    /// What the version was made from, how, and how good it is.
    private func card(
        metrics: MetricList, reports: [Split: EvaluationReport], decision: PublishPolicy.Decision, seconds: Double
    ) -> JSONValue {
        let data = setup.data
        return JSONValue(members: [
            ("format", .integer(1)), ("apus_version", .string(ApusVersion.text)),
            ("job", options.job.map { .string($0) }), ("created", .integer(time(nil))),
            ("title", setup.request.title.map { .string($0) }),
            ("description", setup.request.description.map { .string($0) }),
            (
                "dataset",
                [
                    "name": .string(data.dataset.name), "digest": .string("sha256:\(data.dataset.digest)"),
                    "rows": .object(
                        Split.allCases.map { JSONMember($0.rawValue, .integer(data.count($0))) }),
                ]
            ),
            ("request", setup.request.json), ("base", options.baseName.map { .string($0) }),
            ("architecture", setup.model.architecture), ("preprocessing", data.preprocessing.json),
            ("class_names", setup.classes.map { JSONValue($0) }),
            ("parameters", .integer(setup.model.parameters.reduce(0) { $0 + $1.tensor.elementCount })),
            ("trained_parameters", .integer(engine.trainableCount)), ("seed", .integer(setup.request.seed)),
            ("threads", .integer(pool?.threads ?? 1)), ("isa", .string(kernels.level.name)),
            ("seconds", .number((seconds * 1000).rounded() / 1000)), ("epochs", .integer(state.epoch)),
            ("metrics", metrics.json),
            ("publish", ["publishes": .bool(decision.publishes), "reason": .string(decision.reason)]),
            ("history", state.history.json),
            (
                "evaluation",
                .object(
                    Split.allCases.compactMap { split in
                        reports[split].map { JSONMember(split.rawValue, $0.json) }
                    })
            ),
        ])
    }
}

extension TrainableModel {
    /// The architecture, as far as it is data of its own: a file of another format is named.
    fileprivate var architecture: JSONValue {
        switch source {
        case .native(let architecture): architecture.json
        case .onnx: ["format": "onnx"]
        case .graph: ["format": "graph"]
        }
    }
}

extension TrainingData {
    /// The names of the target's columns when it is values.
    var valueNames: [String] { if case .values(let names) = target { names } else { [] } }

    /// The slices of a split by the values of some columns.
    func slices(_ columns: [String], of split: Split) throws(TrainingError) -> [EvaluationSlice] {
        var slices: [EvaluationSlice] = []
        for column in columns {
            do throws(DatasetError) {
                slices += EvaluationSlice.slices(column: column, values: try values(ofColumn: column, in: split))
            } catch {
                throw .data(error)
            }
        }
        return slices
    }
}
