import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

/// Models whose steps, pixels or labels each have a target of their own.
struct SequenceTargetTests {
    private static let (rows, steps, features) = (120, 5, 3)

    /// Sequences of numbers; the class of a step says which of its numbers is the largest.
    private struct Sequences {
        let x: Tensor
        let classes: [Int]

        init(steps: Int = SequenceTargetTests.steps, features: Int = SequenceTargetTests.features, seed: UInt64 = 5) {
            var random = RandomSource(seed: seed)
            let count = SequenceTargetTests.rows * steps
            let numbers = (0..<count * features).map { _ in Float(random.uniform() * 2 - 1) }
            x = Tensor(numbers, shape: [SequenceTargetTests.rows, steps, features])
            classes = (0..<count).map { step in
                (0..<features).max { numbers[step * features + $0] < numbers[step * features + $1] } ?? 0
            }
        }

        /// [rows, steps]
        var indices: Tensor {
            Tensor(
                classes.map(Float.init), shape: [SequenceTargetTests.rows, classes.count / SequenceTargetTests.rows])
        }

        /// [rows, steps, features]
        var oneHot: Tensor {
            Tensor(
                classes.flatMap { index in (0..<x.shape[2]).map { $0 == index ? 1 : 0 } }, shape: x.shape)
        }
    }

    private static func result(
        _ architecture: String, _ arrays: [(String, Tensor)], _ members: String, _ stored: TestStore,
        _ jobs: TemporaryDirectory
    ) throws -> (setup: TrainingSetup, result: TrainingResult) {
        let request = try TrainingRequest(
            json: try JSONValue(
                parsing: """
                    {"dataset": "data", "architecture": \(architecture), "batch_size": 16,
                     "optimizer": {"name": "adam", "learning_rate": 0.02}, \(members)}
                    """))
        let setup = try TrainingSetup(request: request, dataset: try stored.add(ZipBuilding.arrays(arrays), .npz))
        jobs.makeDirectory("job")
        let run = try TrainingRun(
            setup: setup, directory: jobs.path + "/job", kernels: .best(), pool: ComputePool(threads: 2))
        return (setup, try run.finish().result)
    }

    private static let tagger = """
        {"input_shape": [null, 3], "layers": [
            {"type": "LSTM", "units": 8, "return_sequences": true},
            {"type": "Dense", "units": 3, "activation": "softmax"}]}
        """

    @Test(arguments: [false, true], ["\"epochs\": 25", "\"epochs\": 25, \"loss\": \"cross_entropy\""])
    func everyStepHasAClass(isOneHot: Bool, members: String) throws {
        let (stored, jobs, data) = (try TestStore(), TemporaryDirectory(), Sequences())
        let (setup, result) = try Self.result(
            Self.tagger, [("x", data.x), ("y", isOneHot ? data.oneHot : data.indices)], members, stored, jobs)
        #expect(setup.comparison.positions == Self.steps && setup.comparison.columns == 3)
        #expect(setup.loss.kind == .crossEntropy)
        let accuracy = try #require(result.metrics["test_accuracy"])
        #expect(accuracy > 0.9)
        let report = try VersionEvaluator(directory: result.bundle, kernels: .best())
            .evaluate(setup.data.dataset, options: setup.options, split: .test).report
        #expect(report.metrics["accuracy"] == accuracy)
        guard case .classification(let classes) = report else {
            Issue.record("classes are reported as values")
            return
        }
        #expect(classes.json["rows"]?.double == Double(setup.data.count(.test) * Self.steps))
    }

    @Test func theLossIsTheMeanOverAllSteps() throws {
        let (stored, jobs, data) = (try TestStore(), TemporaryDirectory(), Sequences())
        // Without a step of any size the model stays as it was drawn.
        let members = """
            "epochs": 1, "optimizer": {"name": "sgd", "learning_rate": 1e-12}, "data": {"splits": {"test": 0.5}}
            """
        let request = try TrainingRequest(
            json: try JSONValue(
                parsing: "{\"dataset\": \"data\", \"architecture\": \(Self.tagger), \"batch_size\": 7, \(members)}"))
        let setup = try TrainingSetup(
            request: request, dataset: try stored.add(ZipBuilding.arrays([("x", data.x), ("y", data.indices)]), .npz))
        jobs.makeDirectory("job")
        let run = try TrainingRun(setup: setup, directory: jobs.path + "/job", kernels: .best(), pool: nil)
        let metrics = try run.finish().result.metrics
        let logLoss = try #require(metrics["test_log_loss"])
        let train = try #require(metrics["train_loss"])
        // The log-loss of the report is computed from the probabilities of single steps.
        #expect(abs(logLoss - train) < 0.1 && train > 0.9 && train < 1.4)
    }

    @Test func aClassThatTheModelDoesNotHaveIsNamed() throws {
        let (stored, jobs, data) = (try TestStore(), TemporaryDirectory(), Sequences(features: 4))
        let x = Sequences().x
        #expect {
            try Self.result(Self.tagger, [("x", x), ("y", data.indices)], "\"epochs\": 1", stored, jobs)
        } throws: { "\($0)".contains("expected a class from 0 to 2, found 3") }
    }

    @Test func severalLabelsAreClassesEach() throws {
        let (stored, jobs, data) = (try TestStore(), TemporaryDirectory(), Sequences(steps: 1, features: 4))
        let labels = Tensor(data.x.floats.map { $0 > 0 ? 1 : 0 }, shape: [Self.rows, 4])
        let (setup, result) = try Self.result(
            "{\"input_shape\": [1, 4], \"layers\": [{\"type\": \"Flatten\"}, "
                + "{\"type\": \"Dense\", \"units\": 4, \"activation\": \"sigmoid\"}]}",
            [("x", data.x), ("y", labels)], "\"epochs\": 30, \"loss\": \"binary_cross_entropy\"", stored, jobs)
        #expect(setup.classes == ["0", "1"] && setup.comparison.positions == 4)
        #expect(try #require(result.metrics["test_accuracy"]) > 0.9)
    }

    @Test func valuesOfASigmoidAreComparedWithItsAnswers() throws {
        let (stored, jobs, data) = (try TestStore(), TemporaryDirectory(), Sequences(steps: 1, features: 4))
        let values = Tensor(data.x.floats.map { 0.5 + $0 / 4 }, shape: [Self.rows, 4])
        let (setup, result) = try Self.result(
            "{\"input_shape\": [1, 4], \"layers\": [{\"type\": \"Flatten\"}, "
                + "{\"type\": \"Dense\", \"units\": 4, \"activation\": \"sigmoid\"}]}",
            [("x", data.x), ("y", values)], "\"epochs\": 40, \"loss\": \"binary_cross_entropy\"", stored, jobs)
        #expect(setup.classes == nil)
        let mse = try #require(result.metrics["test_mse"])
        #expect(mse < 0.01)
        let report = try VersionEvaluator(directory: result.bundle, kernels: .best())
            .evaluate(setup.data.dataset, options: setup.options, split: .test).report
        #expect(abs(try #require(report.metrics["mse"]) - mse) < 1e-5)
    }

    private static let translator = """
        {"inputs": [{"name": "source", "shape": [null, 3]}, {"name": "given", "shape": [null, 2]}],
         "outputs": ["classes"], "layers": [
            {"type": "GlobalAveragePooling1D", "name": "context", "inputs": ["source"]},
            {"type": "Dense", "name": "share", "units": 6, "activation": "tanh"},
            {"type": "LSTM", "name": "decoder", "units": 8, "return_sequences": true, "inputs": ["given"]},
            {"type": "Dense", "name": "decoded", "units": 6},
            {"type": "Add", "name": "joined", "inputs": ["decoded", "share"]},
            {"type": "Dense", "name": "classes", "units": 2, "activation": "softmax"}]}
        """

    /// x holds 4 · 3 numbers of the source, then 6 · 2 of what the decoder is given.
    private static func pairs() -> [(String, Tensor)] {
        let (source, given) = (Sequences(steps: 4, features: 3), Sequences(steps: 6, features: 2, seed: 6))
        let (first, second) = (source.x.floats, given.x.floats)
        var x: [Float] = []
        for start in stride(from: 0, to: rows * 12, by: 12) {
            x += first[start..<start + 12]
            x += second[start..<start + 12]
        }
        return [("x", Tensor(x, shape: [rows, 24])), ("y", given.indices)]
    }

    @Test func inputsAndOutputHaveLengthsOfTheirOwn() throws {
        let (stored, jobs) = (try TestStore(), TemporaryDirectory())
        let (setup, result) = try Self.result(
            Self.translator, Self.pairs(),
            "\"epochs\": 25, \"sizes\": {\"time\": 4, \"given.time\": 6}", stored, jobs)
        #expect(setup.comparison.positions == 6)
        let accuracy = try #require(result.metrics["test_accuracy"])
        #expect(accuracy > 0.9)
        let golden = try SafeTensors(path: result.bundle + "/golden.safetensors").tensors
        #expect(golden["input.0"]?.shape.dimensions.dropFirst() == [4, 3])
        #expect(golden["input.1"]?.shape.dimensions.dropFirst() == [6, 2])
        #expect(golden["output.0"]?.shape.dimensions.dropFirst() == [6, 2])
        let report = try VersionEvaluator(directory: result.bundle, kernels: .best())
            .evaluate(setup.data.dataset, options: setup.options, split: .test).report
        #expect(report.metrics["accuracy"] == accuracy)
    }

    @Test(arguments: [
        ("\"epochs\": 1, \"sizes\": {\"time\": 4, \"given.time\": 7}", "samples of [time, 3] and [given.time, 2]"),
        ("\"epochs\": 1, \"sizes\": {\"source\": 4}", "sizes.source: expected one of"),
        ("\"epochs\": 1, \"sizes\": {\"time\": 0}", "sizes.time: expected"),
    ])
    func sizesThatDoNotFitAreNamed(members: String, message: String) throws {
        let (stored, jobs) = (try TestStore(), TemporaryDirectory())
        #expect {
            try Self.result(Self.translator, Self.pairs(), members, stored, jobs)
        } throws: { "\($0)".contains(message) }
    }
}
