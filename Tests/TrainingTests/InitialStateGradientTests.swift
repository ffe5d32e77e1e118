import Graphs
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

/// Gradients of recurrent networks whose first states are learned or computed, against PyTorch's numbers, which
/// `Tests/Fixtures/make_states.py` has written.
struct InitialStateGradientTests {
    /// What a file with a fixed batch calls the parts of a parameter, which exporters take apart then.
    private static let parts = [
        "h": ["/rnn/Slice_output_0", "/rnn/Slice_2_output_0"], "c": ["/rnn/Slice_1_output_0", "/rnn/Slice_3_output_0"],
    ]

    @Test(arguments: ["learned", "computed"], ["", "_fixed"]) func areThoseOfPyTorch(
        network: String, suffix: String
    ) throws {
        let fixture = try SafeTensors(path: Repository.fixture("states/\(network).safetensors")).tensors
        let model = try TrainableModel(directory: Repository.fixture("states/\(network)\(suffix).onnx"))
        let labels = try #require(fixture["labels"]).floats
        let engine = try TrainingEngine(
            model: model, options: .init(loss: Loss(.crossEntropy)), capacity: labels.count, targetColumns: 1,
            kernels: .best(), pool: ComputePool(threads: 2))
        for index in model.graph.inputs.indices {
            for (place, value) in try #require(fixture["input.\(index)"]).floats.enumerated() {
                engine.input(index)[place] = value
            }
        }
        for (row, label) in labels.enumerated() { engine.targets[row] = label }
        _ = engine.train(rows: labels.count, learningRate: 0, seed: 1)
        var compared = 0
        for (key, expected) in fixture where key.hasPrefix("gradient.") {
            let name = String(key.dropFirst("gradient.".count))
            let names = suffix.isEmpty ? [name] : Self.parts[name] ?? [name]
            let found = try names.flatMap { part in
                engine.store.gradient(try #require(engine.store.index(of: part))).floats
            }
            #expect(found.count == expected.elementCount)
            for (a, b) in zip(found, expected.floats) { #expect(abs(a - b) < 1e-5, "\(name)") }
            compared += 1
        }
        #expect(compared == 4)
    }
}
