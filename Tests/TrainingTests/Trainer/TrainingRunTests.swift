import Graphs
import JSON
import Preprocessing
import Tensors
import TestSupport
import Testing

@testable import ModelFormats
@testable import Training

/// Whole trainings on digits: what is learned, written and found again.
struct TrainingRunTests {
    private static let cnn = """
        "preset": "seed-cnn", "epochs": 3, "batch_size": 32, "optimizer": {"name": "adam", "learning_rate": 0.002}, \
        "publish": "always"
        """

    @Test func aCNNLearnsDigitsAndItsVersionAnswersLikeTheTrainer() throws {
        let fixture = try TrainingFixture()
        let (result, events) = try fixture.run("a", Self.cnn, threads: 2).finish()
        let accuracy = try #require(result.metrics["test_accuracy"])
        #expect(accuracy > 0.75, "\(result.metrics)")
        #expect(result.decision.publishes)
        let epochs = events.compactMap { if case .metrics(let epoch, _, _) = $0 { epoch } else { nil } }
        #expect(epochs == [1, 2, 3])
        let losses = result.history.values(of: "train_loss").map(\.value)
        #expect(losses.count == 3 && losses[2] < losses[0])

        let evaluated = try VersionEvaluator(directory: result.bundle, kernels: .best())
            .evaluate(fixture.dataset, options: DataOptions(), split: .test)
        #expect(evaluated.report.metrics["accuracy"] == accuracy)
        let card = try #require(try BundleFile.json(BundleFile.card, in: result.bundle))
        #expect(card["dataset"]?["digest"]?.string == "sha256:\(fixture.dataset.digest)")
        #expect(card["request"]?["preset"] == "seed-cnn")
        #expect(card["apus_version"]?.string == ApusVersion.text && card["created"]?.int != nil)
        #expect(card["architecture"]?["layers"]?.array?.isEmpty == false)
        #expect(card["preprocessing"] == (try BundleFile.json(BundleFile.preprocessing, in: result.bundle)))
        let golden = try SafeTensors(path: result.bundle + "/golden.safetensors").tensors
        #expect(golden["input.0"]?.shape == [16, 28, 28, 1])
        #expect(golden["output.0"]?.shape == [16, 10])
    }

    @Test func theSameSeedGivesTheSameBits() throws {
        let fixture = try TrainingFixture(rows: 200, testRows: 50)
        func file(_ name: String, _ members: String, threads: Int) throws -> [UInt8] {
            let (result, _) = try fixture.run(name, members, threads: threads).finish()
            return try FileBytes.read(result.bundle + "/model.safetensors", limit: 1 << 24)
        }
        let request = "\"preset\": \"mlp\", \"epochs\": 2"
        #expect(try file("a", request, threads: 2) == file("b", request, threads: 2))
        #expect(try file("c", request, threads: 1) != file("d", request + ", \"seed\": 2", threads: 1))
    }

    @Test(arguments: [true, false])
    func theFiguresAreThoseOfTheEpochThatTheVersionHas(restores: Bool) throws {
        let fixture = try TrainingFixture(rows: 150, testRows: 20)
        let (result, _) = try fixture.run(
            "x",
            """
            "preset": "mlp", "epochs": 12, "batch_size": 8, "splits": {"validation": 0.2}, \
            "optimizer": {"name": "adam", "learning_rate": 0.02}, \
            "early_stopping": {"patience": 3, "restore_best": \(restores)}
            """
        ).finish()
        let losses = result.history.values(of: "validation_loss").map(\.value)
        let last = try #require(losses.last)
        #expect(try #require(losses.min()) < last)
        #expect(result.metrics["validation_loss"] == (restores ? losses.min() : last))
    }

    @Test(arguments: ["\"preset\": \"seed-cnn\"", "\"preset\": \"mlp\", \"early_stopping\": {\"patience\": 2}"])
    func anInterruptedTrainingEndsLikeAnUninterruptedOne(source: String) throws {
        let fixture = try TrainingFixture(rows: 150, testRows: 40)
        let request = """
            \(source), "epochs": 3, "batch_size": 16, "checkpoint": {"every_steps": 3}, \
            "optimizer": {"name": "sgd", "learning_rate": 0.02, "momentum": 0.9}, "gradient_clip": {"norm": 1}, \
            "schedule": {"name": "cosine"}
            """
        let (whole, _) = try fixture.run("whole", request).finish()
        let expected = try FileBytes.read(whole.bundle + "/model.safetensors", limit: 1 << 24)

        // Interrupted after every fifth step, with the newest checkpoint damaged after every other interruption, so that
        // training goes back to the one before.
        for damages in [false, true] {
            var interruptions = 0
            while true {
                var steps = 0
                let outcome = try fixture.run("\(damages)", request).run(report: { _ in }) {
                    steps += 1
                    return steps > 5 ? .pause : nil
                }
                if case .finished(let result) = outcome {
                    let bytes = try FileBytes.read(result.bundle + "/model.safetensors", limit: 1 << 24)
                    #expect(bytes == expected)
                    break
                }
                if damages, interruptions % 2 == 1 { try fixture.damageNewestCheckpoint(of: "\(damages)") }
                interruptions += 1
                try #require(interruptions < 100)
            }
            #expect(interruptions >= 4)
        }
    }

    @Test func goesOnFromTheLastCheckpointWhenNobodyHasTakenNoteOfTheBundle() throws {
        let fixture = try TrainingFixture(rows: 64, testRows: 8)
        let request = "\"preset\": \"mlp\", \"epochs\": 2, \"batch_size\": 16, \"checkpoint\": {\"every_steps\": 3}"
        let (first, _) = try fixture.run("job", request).finish()
        let expected = try FileBytes.read(first.bundle + "/model.safetensors", limit: 1 << 24)
        // As if the daemon and its worker had died before the result counted, in the middle of writing something.
        fixture.jobs.write("half", to: "job/.checkpoint-9.1.2/tensors.safetensors")
        fixture.jobs.write("half", to: "job/.bundle.1.2/card.json")
        let (second, events) = try fixture.run("job", request).finish()
        #expect(try FileBytes.read(second.bundle + "/model.safetensors", limit: 1 << 24) == expected)
        let logs = events.compactMap { if case .log(let text) = $0 { text } else { nil } }
        #expect(logs == ["going on after step 6"])
        #expect(!fixture.jobs.has("job/.checkpoint-9.1.2") && !fixture.jobs.has("job/.bundle.1.2"))
        TrainingRun.discardCheckpoints(in: fixture.jobs.path + "/job")
        #expect(!fixture.jobs.has("job/checkpoint-6") && fixture.jobs.has("job/bundle/card.json"))
    }

    @Test func checkpointsOfLaterStepsGiveWayToGoodOnes() throws {
        let folder = TemporaryDirectory()
        let store = CheckpointStore(directory: folder.path)
        let checkpoint = CheckpointStore.Checkpoint(state: ["a": 1], tensors: [:])
        for steps in [10, 20, 30, 40] { try store.write(checkpoint, steps: steps) }
        #expect(folder.has("checkpoint-30") && folder.has("checkpoint-40") && !folder.has("checkpoint-20"))
        for steps in [30, 40] { folder.write("{}", to: "checkpoint-\(steps)/state.json") }
        var refused: [String] = []
        #expect(store.newest { refused.append($0) } == nil)
        #expect(refused.count == 2 && refused.allSatisfy { $0.contains("state.json") })
        try store.write(checkpoint, steps: 5)
        #expect(store.newest { _ in }?.state == ["a": 1])
        #expect(!folder.has("checkpoint-30") && !folder.has("checkpoint-40"))
    }

    @Test func aVersionIsFineTunedWithFrozenLayers() throws {
        let fixture = try TrainingFixture(rows: 300, testRows: 100)
        let base = Repository.model("digits-cnn") + "/1"
        let before = try TrainableModel(directory: base).parameters
        let frozen = before.map(\.name).dropLast(2)
        func members(_ frozen: [String]) -> String {
            """
            "base": "digits-cnn", "epochs": 1, "freeze": \(JSONValue(frozen).text), \
            "optimizer": {"name": "adam", "learning_rate": 0.0005}
            """
        }
        #expect(throws: TrainingError.self) { try fixture.run("none", members(["*"]), base: base) }
        let (result, _) = try fixture.run("tuned", members(Array(frozen)), base: base).finish()
        let after = try TrainableModel(directory: result.bundle).parameters
        for (old, new) in zip(before, after) {
            #expect(old.name == new.name)
            #expect((old.tensor.floats == new.tensor.floats) == frozen.contains(old.name), "\(old.name)")
        }
        #expect(try #require(result.metrics["test_accuracy"]) > 0.9)
    }

    /// A version without a `preprocessing.json` goes by what its model's `apus.toml` states.
    @Test func fineTuningTakesTheStatedPreprocessing() throws {
        let fixture = try TrainingFixture(rows: 100, testRows: 50)
        let request = try TrainingRequest(json: ["dataset": "data", "base": "digits-cnn"])
        let base = Repository.model("digits-cnn") + "/1"
        let stated = StatedPreprocessing(["shape": [28, 28], "scale": 0.5, "offset": 1], path: "preprocessing")
        let setup = try TrainingSetup(
            request: request, dataset: fixture.dataset, baseDirectory: base, stated: stated)
        #expect(setup.data.preprocessing.steps == (try stated.preprocessing(sampleShape: [28, 28, 1]).steps))
        #expect(setup.classes?.count == 10)
        let wrong = StatedPreprocessing(["scale": "much"], path: "preprocessing")
        #expect(throws: TrainingError.self) {
            try TrainingSetup(request: request, dataset: fixture.dataset, baseDirectory: base, stated: wrong)
        }
    }

    /// A model in graph form comes out in graph form.
    @Test func aNativeGraphIsFineTuned() throws {
        let fixture = try TrainingFixture(rows: 100, testRows: 50)
        let folder = TemporaryDirectory()
        let files = try ModelLoader.loadForm(path: Repository.model("digits-cnn") + "/1").nativeFiles()
        for (name, bytes) in files { folder.write(bytes, to: "1/\(name)") }
        let (result, _) = try fixture.run("graph", "\"base\": \"digits-cnn\", \"epochs\": 1", base: folder.path + "/1")
            .finish()
        #expect(try BundleFile.json(BundleFile.architecture, in: result.bundle)?["format"] == "graph")
        #expect(try #require(result.metrics["test_accuracy"]) > 0.9)
    }

    @Test func anLSTMIsFineTuned() throws {
        let fixture = try TrainingFixture(rows: 300, testRows: 100, isSequence: true)
        let base = Repository.model("digits-lstm") + "/1"
        let members = "\"base\": \"digits-lstm\", \"epochs\": 2"
        let (result, _) = try fixture.run("lstm", members, base: base).finish()
        #expect(try #require(result.metrics["test_accuracy"]) > 0.7)
    }

    @Test func aLossThatIsNoNumberSaysWhere() throws {
        let fixture = try TrainingFixture(rows: 100, testRows: 20)
        let members = """
            "architecture": {"input_shape": [28, 28, 1], "layers": [{"type": "Flatten"}, \
            {"type": "Dense", "units": 30}, {"type": "Dense", "units": 10}]}, "epochs": 50, \
            "optimizer": {"name": "sgd", "learning_rate": 1000}
            """
        let run = try fixture.run("a", members)
        do {
            _ = try run.finish()
            Issue.record("the training should have failed")
        } catch let error as TrainingError {
            guard case .diverged(let epoch, let step, _) = error else { throw error }
            #expect(epoch >= 1 && step >= 1)
            #expect("\(error)".contains("step \(step)"))
        }
    }

    @Test func requestsThatDoNotFitTheDataNameTheField() throws {
        let fixture = try TrainingFixture(rows: 60, testRows: 20)
        let cases: [(String, String)] = [
            ("\"preset\": \"seed-rnn\"", "preset"),
            (
                "\"architecture\": {\"input_shape\": [28, 28, 1], \"layers\": [{\"type\": \"Flatten\"}, "
                    + "{\"type\": \"Dense\", \"units\": 7}]}", "dataset"
            ),
            (
                "\"architecture\": {\"input_shape\": [20, 20, 1], \"layers\": [{\"type\": \"Flatten\"}, "
                    + "{\"type\": \"Dense\", \"units\": 10}]}", "dataset"
            ),
            (
                "\"architecture\": {\"input_shape\": [28, 28, 1], \"layers\": [{\"type\": \"Fly\"}]}",
                "architecture.layers[0]"
            ),
            ("\"preset\": \"mlp\", \"early_stopping\": {\"metric\": \"validation_mae\"}", "metric"),
            (
                "\"preset\": \"mlp\", \"loss\": {\"name\": \"cross_entropy\", \"class_weights\": [1, 2]}",
                "class_weights"
            ),
        ]
        for (members, field) in cases {
            do {
                _ = try fixture.run("x", members)
                Issue.record("\(members) should have been refused")
            } catch let error as TrainingError {
                #expect("\(error)".contains(field), "\(error)")
            }
        }
    }
}

extension TrainingFixture {
    /// Flips a bit of the newest checkpoint's tensors.
    func damageNewestCheckpoint(of name: String) throws {
        let directory = jobs.path + "/" + name
        let steps = try DirectoryListing.names(directory).compactMap { entry in
            entry.hasPrefix("checkpoint-") ? Int(entry.dropFirst("checkpoint-".count)) : nil
        }
        guard let newest = steps.max() else { return }
        let path = "\(directory)/checkpoint-\(newest)/tensors.safetensors"
        var bytes = try FileBytes.read(path, limit: 1 << 26)
        bytes[bytes.count / 2] ^= 1
        jobs.write(bytes, to: "\(name)/checkpoint-\(newest)/tensors.safetensors")
    }
}
