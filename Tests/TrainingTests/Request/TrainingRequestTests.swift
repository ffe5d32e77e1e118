import JSON
import Testing
import Training

struct TrainingRequestTests {
    static func request(_ text: String) throws -> TrainingRequest {
        try TrainingRequest(json: JSONValue(parsing: text))
    }

    /// Every member at once, in more than one spelling where there is one.
    static let full = #"""
        {"dataset": "iris", "base": "flowers/3", "freeze": ["conv*", "dense.bias"], "output": "species",
         "epochs": 60, "batch_size": 128,
         "seed": 7, "threads": 2, "shuffle": false,
         "optimizer": {"name": "rmsprop", "learning_rate": 0.01, "alpha": 0.9, "momentum": 0.5, "centered": true},
         "gradient_clip": {"norm": 1}, "loss": {"name": "cross_entropy", "from_logits": true},
         "schedule": {"name": "cosine", "minimum": 1e-5, "warmup": {"steps": 20}},
         "early_stopping": {"metric": "validation_accuracy", "patience": 3, "min_delta": 0.001, "start_epoch": 2},
         "preprocessing": {"steps": []}, "augmentation": {"flip": true}, "target": "species",
         "splits": {"train": 0.8}, "data": {"stratify": true}, "class_weights": {"setosa": 2},
         "label_smoothing": 0.1, "publish": {"when": "if_better", "metric": "test_log_loss"},
         "checkpoint": {"every_steps": 100, "every_seconds": 5}, "evaluation": {"top_k": 2, "slices": ["region"]},
         "memory_limit_mb": 512, "title": "Iris", "description": "A \"first\" try"}
        """#

    @Test func theShortestRequestHasDefaults() throws {
        let request = try Self.request(#"{"dataset": "digits", "preset": "seed-cnn"}"#)
        #expect(request == TrainingRequest(dataset: "digits", source: .preset("seed-cnn")))
        #expect(request.epochs == 10 && request.batchSize == 32 && request.seed == 0 && request.shuffles)
        #expect(request.optimizer == .adam)
        #expect(request.publish == .never)
        #expect(request.checkpoint == CheckpointInterval(steps: nil, seconds: 30))
    }

    @Test func theRequestOfTheIntroduction() throws {
        let request = try Self.request(
            #"""
            {"dataset": "digits", "preset": "seed-cnn", "epochs": 10, "batch_size": 32, "seed": 1,
             "optimizer": {"name": "adam", "learning_rate": 0.001}, "publish": "always"}
            """#)
        var expected = TrainingRequest(dataset: "digits", source: .preset("seed-cnn"))
        expected.seed = 1
        expected.publish = .always
        #expect(request == expected)
    }

    @Test func everyMemberIsRead() throws {
        let request = try Self.request(Self.full)
        #expect(request.source == .base(model: "flowers", version: 3))
        #expect(request.freeze.patterns == ["conv*", "dense.bias"])
        #expect(request.data == ["stratify": true, "target": "species", "splits": ["train": 0.8]])
        #expect(request.preprocessing == ["steps": []] && request.augmentation == ["flip": true])
        #expect(request.epochs == 60 && request.batchSize == 128 && request.seed == 7 && request.threads == 2)
        #expect(!request.shuffles && request.memoryLimit == 512 && request.title == "Iris")
        #expect(request.gradientClip == .norm(1))
        #expect(request.loss.kind == .crossEntropy && request.loss.isFromLogits == true)
        #expect(request.loss.labelSmoothing == 0.1 && request.loss.classWeights == .named(["setosa": 2]))
        #expect(request.earlyStopping?.goal == MetricGoal("validation_accuracy", isMaximized: true))
        #expect(request.publish == .ifBetter(MetricGoal("test_log_loss", isMaximized: false)))
        #expect(request.checkpoint == CheckpointInterval(steps: 100, seconds: 5))
        #expect(request.evaluation == EvaluationOptions(topK: 2, slices: ["region"]))
        #expect(request.schedule.warmUp == WarmUp(length: 20, unit: .step))
    }

    @Test func metricsThatMatterAreKnown() throws {
        let full = try Self.request(Self.full)
        #expect(full.goals.map(\.goal.name) == ["validation_accuracy", "test_log_loss"])
        #expect(full.needsValidation)
        let plain = try Self.request(#"{"dataset": "d", "preset": "mlp", "publish": "if_better"}"#)
        #expect(plain.goals.isEmpty && !plain.needsValidation)
    }

    @Test(arguments: [
        full, #"{"dataset": "d", "preset": "mlp"}"#, #"{"dataset": "d", "architecture": {"layers": []}}"#,
        #"{"dataset": "d", "base": {"model": "m"}}"#, #"{"dataset": "d", "preset": "mlp", "publish": "if_better"}"#,
        #"{"dataset": "d", "preset": "mlp", "optimizer": "adagrad", "schedule": {"name": "step", "at": [3, 5]}}"#,
        #"{"dataset": "d", "preset": "mlp", "gradient_clip": {"value": 0.5}, "schedule": "reduce_on_plateau"}"#,
        #"{"dataset": "d", "preset": "mlp", "schedule": {"warmup": {"epochs": 0.5}}, "checkpoint": {}}"#,
    ]) func theWholeRequestReadsBack(text: String) throws {
        let request = try Self.request(text)
        #expect(try TrainingRequest(json: request.json) == request)
        #expect(try TrainingRequest(json: JSONValue(parsing: request.json.bytes)) == request)
        #expect(!request.json.text.contains("null"))
    }

    @Test(
        arguments: [
            ("{}", "dataset", "none"), (#"{"dataset": ""}"#, "dataset", "\"\""), (#"{"dataset": 3}"#, "dataset", "3"),
            (#"{"dataset": "d"}"#, "preset", "none"),
            (#"{"dataset": "d", "preset": "a", "base": "b"}"#, "preset", "more"),
            (#"{"dataset": "d", "base": "b/0"}"#, "base", "\"b/0\""),
            (#"{"dataset": "d", "base": {"model": "b", "version": 0}}"#, "base.version", "0"),
            (#"{"dataset": "d", "architecture": 3}"#, "architecture", "3"),
            (#"{"dataset": "d", "preset": "p", "epoch": 3}"#, "epoch", "an unknown one"),
            (#"{"dataset": "d", "preset": "p", "epochs": 0}"#, "epochs", "0"),
            (#"{"dataset": "d", "preset": "p", "epochs": 1.5}"#, "epochs", "1.5"),
            (#"{"dataset": "d", "preset": "p", "batch_size": "big"}"#, "batch_size", "\"big\""),
            (#"{"dataset": "d", "preset": "p", "seed": -1}"#, "seed", "-1"),
            (#"{"dataset": "d", "preset": "p", "freeze": ["a"]}"#, "freeze", "an array"),
            (#"{"dataset": "d", "base": "b", "freeze": [""]}"#, "freeze[0]", "\"\""),
            (
                #"{"dataset": "d", "preset": "p", "optimizer": {"name": "adam", "momentum": 0.9}}"#,
                "optimizer.momentum", nil
            ),
            (#"{"dataset": "d", "preset": "p", "optimizer": {"name": "adam", "beta1": 1}}"#, "optimizer.beta1", "1"),
            (#"{"dataset": "d", "preset": "p", "optimizer": {"learning_rate": 1}}"#, "optimizer.name", "none"),
            (
                #"{"dataset": "d", "preset": "p", "optimizer": {"name": "sgd", "nesterov": true}}"#,
                "optimizer.nesterov", nil
            ),
            (#"{"dataset": "d", "preset": "p", "gradient_clip": {}}"#, "gradient_clip", "none"),
            (#"{"dataset": "d", "preset": "p", "gradient_clip": {"norm": 1, "value": 1}}"#, "gradient_clip", "both"),
            (#"{"dataset": "d", "preset": "p", "schedule": {"name": "step"}}"#, "schedule", "none"),
            (#"{"dataset": "d", "preset": "p", "schedule": {"name": "step", "at": [3, 3]}}"#, "schedule.at", nil),
            (#"{"dataset": "d", "preset": "p", "schedule": {"warmup": {}}}"#, "schedule.warmup", "none"),
            (#"{"dataset": "d", "preset": "p", "early_stopping": {"patience": 0}}"#, "early_stopping.patience", "0"),
            (#"{"dataset": "d", "preset": "p", "publish": "sometimes"}"#, "publish", "\"sometimes\""),
            (
                #"{"dataset": "d", "preset": "p", "publish": {"when": "if_better", "metric": ""}}"#, "publish.metric",
                nil
            ),
            (
                #"{"dataset": "d", "preset": "p", "early_stopping": {"metric": "test_loss"}}"#, "early_stopping.metric",
                "\"test_loss\""
            ),
            (#"{"dataset": "d", "preset": "p", "early_stopping": {"metric": "loss"}}"#, "early_stopping.metric", nil),
            (
                #"{"dataset": "d", "preset": "p", "schedule": {"name": "reduce_on_plateau", "metric": "validation_auc"}}"#,
                "schedule.metric", nil
            ),
            (
                #"{"dataset": "d", "preset": "p", "publish": {"when": "if_better", "metric": "test_loss"}}"#,
                "publish.metric", nil
            ),
            (
                #"{"dataset": "d", "preset": "p", "publish": {"when": "if_better", "metric": "train_accuracy"}}"#,
                "publish.metric", nil
            ),
            (#"{"dataset": "d", "preset": "p", "checkpoint": {"every_steps": 0}}"#, "checkpoint.every_steps", "0"),
            (#"{"dataset": "d", "preset": "p", "target": "a", "data": {"target": "b"}}"#, "target", "another"),
            (#"{"dataset": "d", "preset": "p", "loss": "mse", "label_smoothing": 0.1}"#, "label_smoothing", "0.1"),
            (
                #"{"dataset": "d", "preset": "p", "loss": {"label_smoothing": 0.1}, "label_smoothing": 0.1}"#,
                "label_smoothing", "another"
            ),
            ("[]", "", "an array"),
        ] as [(String, String, String?)]) func refusalsNameTheField(text: String, path: String, found: String?)
    {
        let error = #expect(throws: FieldError.self) { try Self.request(text) }
        #expect(error?.path == path)
        if let found { #expect(error?.found == found) }
    }
}
