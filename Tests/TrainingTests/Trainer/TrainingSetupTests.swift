import Graphs
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

/// What a request asks for of some data, found out before anything is trained.
struct TrainingSetupTests {
    private let stored: TestStore

    init() throws { stored = try TestStore() }

    private func setup(_ dataset: Dataset, _ members: String) throws -> TrainingSetup {
        let json = try JSONValue(parsing: "{\"dataset\": \"data\", \(members)}")
        return try TrainingSetup(request: try TrainingRequest(json: json), dataset: dataset)
    }

    private func arrays(targets: [Float]) throws -> Dataset {
        let rows = 20
        let x = Tensor((0..<rows * 4).map { Float($0 % 7) }, shape: [rows, 4])
        let y = Tensor((0..<rows).flatMap { _ in targets }, shape: [rows, targets.count])
        return try stored.add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
    }

    private func table(_ classes: [String]) throws -> Dataset {
        try stored.add(
            csv: "a,b,label\n" + (0..<20).map { "\($0),\($0 % 3),\(classes[$0 % classes.count])\n" }.joined())
    }

    @Test(arguments: [
        ("mse", nil, Loss.Kind.meanSquaredError), ("cross_entropy", "Softmax", .crossEntropy),
        ("binary_cross_entropy", "Sigmoid", .binaryCrossEntropy),
    ])
    func presetsGiveProbabilitiesWhereTheLossIsOfSome(loss: String, activation: String?, kind: Loss.Kind) throws {
        let setup = try setup(arrays(targets: [0.25, 0.5, 0.25]), "\"preset\": \"mlp\", \"loss\": \"\(loss)\"")
        #expect(setup.model.trainedGraph.finalActivation == activation)
        #expect(setup.loss.kind == kind && setup.comparison.columns == 3)
        guard case .native(let architecture) = setup.model.source else {
            Issue.record("a preset is an architecture of our own")
            return
        }
        let last = architecture.json["layers"]?.array?.last?["type"]?.string
        #expect(last == activation ?? "Dense")
    }

    @Test(arguments: ["cross_entropy", "binary_cross_entropy"])
    func lossesOfProbabilitiesRefuseOtherValues(loss: String) throws {
        let dataset = try arrays(targets: [0.25, 0.5, 1.5])
        let error = #expect(throws: TrainingError.self) {
            try setup(dataset, "\"preset\": \"mlp\", \"loss\": \"\(loss)\"")
        }
        #expect(
            error.map { "\($0)" }?.hasSuffix("\"y_2\": expected a probability, for this loss, found 1.5") == true,
            "\(String(describing: error))")
    }

    @Test(arguments: [
        ("\"evaluation\": {\"slices\": [\"b\", \"c\"]}", "evaluation.slices[1]"),
        ("\"early_stopping\": {\"metric\": \"validation_mae\"}", "early_stopping.metric"),
        ("\"publish\": {\"when\": \"if_better\", \"metric\": \"test_r2\"}", "publish.metric"),
        ("\"schedule\": {\"name\": \"reduce_on_plateau\", \"metric\": \"train_mse\"}", "schedule.metric"),
        ("\"early_stopping\": {}, \"splits\": {\"validation\": 0}", "early_stopping.metric"),
        (
            "\"publish\": {\"when\": \"if_better\", \"metric\": \"test_accuracy\"}, \"splits\": {\"test\": 0}",
            "publish.metric"
        ),
    ])
    func refusesWhatWouldNeverCome(members: String, path: String) throws {
        let dataset = try table(["x", "y"])
        let error = #expect(throws: TrainingError.self) { try setup(dataset, "\"preset\": \"mlp\", \(members)") }
        guard case .field(let field) = error else {
            Issue.record("expected an error of a field")
            return
        }
        #expect(field.path == path)
    }

    @Test(arguments: [
        ("\"dense\", \"desne\"", "freeze[1]"), ("\"d?nse\"", "freeze[0]"), ("\"*\"", "freeze"),
        ("\"dense*\"", "freeze"), ("\"dense\", \"*.bias\"", nil),
    ])
    func refusesPatternsThatFreezeNothingOrAll(patterns: String, path: String?) throws {
        let (dataset, directory) = (try table(["x", "y"]), TemporaryDirectory())
        let first = try setup(dataset, "\"preset\": \"mlp\"")
        try TrainedVersion(
            setup: first,
            parameters: Dictionary(uniqueKeysWithValues: first.model.parameters.map { ($0.name, $0.tensor) }),
            kernels: .best()
        ).write(to: directory.path + "/1", card: [:], history: TrainingHistory())
        let json = try JSONValue(
            parsing: "{\"dataset\": \"data\", \"base\": \"m\", \"freeze\": [\(patterns)]}")
        let request = try TrainingRequest(json: json)
        var found: String?
        do throws(TrainingError) {
            _ = try TrainingSetup(request: request, dataset: dataset, baseDirectory: directory.path + "/1")
        } catch {
            guard case .field(let field) = error else { throw error }
            found = field.path
        }
        #expect(found == path)
    }

    @Test(arguments: ["x", "1"])
    func refusesASingleClass(name: String) throws {
        let dataset = try table([name])
        let error = #expect(throws: TrainingError.self) { try setup(dataset, "\"preset\": \"mlp\"") }
        #expect(
            error.map { "\($0)" }
                == "target: expected 2 classes at least, or the type \"regression\", got only \"\(name)\"")
    }

    @Test func aSingleNumberIsARegressionWhereThatIsSaid() throws {
        let setup = try setup(table(["1"]), "\"preset\": \"mlp\", \"target\": {\"type\": \"regression\"}")
        #expect(setup.loss.kind == .meanSquaredError)
    }

    @Test(arguments: [("regression", "a number as target"), ("classification", "a class")])
    func refusesInfinityAsATarget(type: String, expected: String) throws {
        let x = Tensor((0..<6).map { Float($0) }, shape: [6, 1])
        let y = Tensor([0, 1, .infinity, 1, 0, 1], shape: [6])
        let dataset = try stored.add(ZipBuilding.arrays([("x", x), ("y", y)]), .npz)
        let error = #expect(throws: TrainingError.self) {
            try setup(dataset, "\"preset\": \"mlp\", \"target\": {\"type\": \"\(type)\"}")
        }
        #expect(error.map { "\($0)" } == "train row 2, \"y\": expected \(expected), found inf")
    }
}
