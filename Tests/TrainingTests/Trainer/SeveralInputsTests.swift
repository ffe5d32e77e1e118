import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats
@testable import Training

/// Models of several inputs and outputs.
struct SeveralInputsTests {
    private static let architecture = """
        {"inputs": [{"name": "left", "shape": [3]}, {"name": "right", "shape": [2, 1]}], "outputs": ["class", "value"],
         "layers": [
            {"type": "Flatten", "name": "flat", "inputs": ["right"]},
            {"type": "Concatenate", "name": "joined", "inputs": ["left", "flat"]},
            {"type": "Dense", "name": "hidden", "units": 8, "activation": "tanh"},
            {"type": "Dense", "name": "class", "units": 3, "activation": "softmax", "inputs": ["hidden"]},
            {"type": "Dense", "name": "value", "units": 1, "inputs": ["hidden"]}]}
        """

    /// Rows a…e with v = a - 2d, or another number of columns.
    private static func table(columns: Int = 5) -> String {
        var random = RandomSource(seed: 3)
        let names = (0..<columns).map { "c\($0)" } + ["v"]
        let rows = (0..<80).map { _ in
            let row = (0..<columns).map { _ in random.uniform() * 2 - 1 }
            return (row + [row[0] - 2 * row[3]]).map { "\($0)" }.joined(separator: ",")
        }
        return ([names.joined(separator: ",")] + rows).joined(separator: "\n")
    }

    private static func setup(_ members: String, columns: Int = 5, _ stored: TestStore) throws -> TrainingSetup {
        try TrainingSetup(
            request: try TrainingRequest(
                json: try JSONValue(
                    parsing: "{\"dataset\": \"data\", \"architecture\": \(architecture), \(members)}")),
            dataset: try stored.add(csv: table(columns: columns)))
    }

    @Test func aNamedOutputLearnsFromAllInputs() throws {
        let (stored, jobs) = (try TestStore(), TemporaryDirectory())
        let setup = try Self.setup(
            """
            "output": "value", "epochs": 60, "batch_size": 16, "optimizer": {"name": "adam", "learning_rate": 0.02}
            """, stored)
        let before = Dictionary(uniqueKeysWithValues: setup.model.parameters.map { ($0.name, $0.tensor.floats) })
        jobs.makeDirectory("job")
        let run = try TrainingRun(
            setup: setup, directory: jobs.path + "/job", kernels: .best(), pool: ComputePool(threads: 2))
        let result = try run.finish().result
        #expect(try #require(result.metrics["test_r2"]) > 0.95)
        let model = try NativeModel(path: result.bundle + "/model.safetensors")
        // The other output's own layer is as it was.
        #expect(model.parameters["class.weight"]?.floats == before["class.weight"])
        #expect(model.parameters["hidden.weight"]?.floats != before["hidden.weight"])
        let golden = try SafeTensors(path: result.bundle + "/golden.safetensors").tensors
        #expect(golden["input.0"]?.shape.dimensions.dropFirst() == [3])
        #expect(golden["input.1"]?.shape.dimensions.dropFirst() == [2, 1])
        let evaluator = try VersionEvaluator(directory: result.bundle, output: "value", kernels: .best())
        let report = try evaluator.evaluate(setup.data.dataset, options: setup.options, split: .test).report
        #expect(
            abs(try #require(report.metrics["r2"]) - (try #require(result.metrics["test_r2"]))) < 1e-4)
    }

    @Test(arguments: [
        ("\"output\": \"other\"", 5, "output: expected one of the model's outputs class, value"),
        ("\"output\": \"value\"", 6, "dataset: expected samples [5]"),
        ("\"output\": \"value\", \"preprocessing\": {\"steps\": []}", 5, "preprocessing: expected none"),
    ])
    func whatDoesNotFitIsNamed(members: String, columns: Int, message: String) throws {
        let stored = try TestStore()
        #expect { try Self.setup(members, columns: columns, stored) } throws: { "\($0)".contains(message) }
    }
}
