import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

struct VersionEvaluatorTests {
    /// A model whose outputs are its inputs and their negatives.
    private static func version(in directory: TemporaryDirectory) throws -> String {
        let architecture = try Architecture(
            json: try JSONValue(
                parsing: """
                    {"inputs": [{"name": "x", "shape": [2]}], "outputs": ["first", "second"], "layers": [
                        {"type": "Dense", "name": "first", "units": 2, "inputs": ["x"]},
                        {"type": "Dense", "name": "second", "units": 2, "inputs": ["x"]}]}
                    """))
        let bundle = try VersionBundle(
            .native(architecture),
            parameters: [
                "first.weight": Tensor([1, 0, 0, 1] as [Float], shape: [2, 2]),
                "first.bias": Tensor([0, 0] as [Float], shape: [2]),
                "second.weight": Tensor([-1, 0, 0, -1] as [Float], shape: [2, 2]),
                "second.bias": Tensor([0, 0] as [Float], shape: [2]),
            ])
        let path = directory.path + "/version"
        try bundle.write(to: path)
        return path
    }

    private static let table = """
        a,b,class
        3,1,cat
        1,2,dog
        5,1,cat
        2,7,dog
        """

    /// The model's own order of classes counts, not that of the alphabet.
    @Test(arguments: [("cat,dog", 1.0), ("dog,cat", 0)])
    func textsAreTheModelsClasses(names: String, accuracy: Double) throws {
        let (stored, directory) = (try TestStore(), TemporaryDirectory())
        let evaluator = try VersionEvaluator(
            directory: try Self.version(in: directory), classNames: names.split(separator: ",").map(String.init),
            kernels: .best())
        let evaluation = try evaluator.evaluate(
            try stored.add(csv: Self.table), options: try DataOptions(json: ["splits": ["test": 0]]), split: .train)
        #expect(evaluation.report.metrics["accuracy"] == accuracy)
        #expect(evaluation.rows == 4 && evaluation.split == .train)
    }

    @Test func theNamedOutputIsLookedAt() throws {
        let (stored, directory) = (try TestStore(), TemporaryDirectory())
        let path = try Self.version(in: directory)
        let dataset = try stored.add(csv: Self.table)
        let options = try DataOptions(json: ["splits": ["test": 0]])
        for (name, accuracy) in [("first", 1.0), ("second", 0)] {
            let report = try VersionEvaluator(
                directory: path, classNames: ["cat", "dog"], output: name, kernels: .best()
            ).evaluate(dataset, options: options, split: .train).report
            #expect(report.metrics["accuracy"] == accuracy)
        }
        #expect {
            try VersionEvaluator(directory: path, output: "third", kernels: .best())
        } throws: { "\($0)" == "output: expected one of first, second, got \"third\"" }
    }
}
