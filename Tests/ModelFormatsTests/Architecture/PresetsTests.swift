import Graphs
import JSON
import Tensors
import Testing

@testable import ModelFormats

struct PresetsTests {
    @Test(arguments: [
        ("seed-cnn", [28, 28, 1], Presets.Output.classes(10), 121_930),
        ("seed-cnn", [28, 28], .classes(10), 121_930),
        ("seed-lstm", [28, 1], .classes(10), 11_110),
        ("seed-lstm", [100], .classes(10), 11_110),
        ("mlp", [4], .classes(3), 5 * 128 + 129 * 64 + 65 * 3),
        ("mlp", [13], .values(1), 14 * 128 + 129 * 64 + 65),
        ("seed-lstm", [24, 1], .binary, 10_651),
    ])
    func haveTheSizeOfTheirModels(name: String, sample: [Int], output: Presets.Output, count: Int) throws {
        let architecture = try Presets.architecture(name, sample: sample, output: output)
        #expect(architecture.parameterCount == count)
        #expect(try Architecture(json: architecture.json).json == architecture.json)
    }

    @Test(arguments: [
        ("seed-cnn", ["Convolution", "Convolution", "Dense", "Dense", "Softmax"], [28, 28]),
        ("seed-lstm", ["LSTMLayer", "Dense", "Softmax"], [28]),
        ("mlp", ["Dense", "Dense", "Dense", "Softmax"], [28, 28]),
    ])
    func becomeAFewKernelCalls(name: String, steps: [String], sample: [Int]) throws {
        let architecture = try Presets.architecture(name, sample: sample, output: .classes(10))
        let graph = try architecture.graph(parameters: randomParameters(of: architecture))
        let plan = try CompiledModel(graph, kernels: Kernels.best()).plan(bindings: [:])
        #expect(plan.stepNames == steps)
        #expect(plan.fixedBatch == nil)
    }

    @Test(arguments: [
        ("seed-cnn", [3, 28]), ("seed-cnn", [28]), ("seed-lstm", [2, 2, 2, 2]), ("resnet", [28, 28, 1]),
        ("mlp", [1 << 20, 1 << 20]),
    ])
    func refuseWhatDoesNotFit(name: String, sample: [Int]) {
        #expect {
            try Presets.architecture(name, sample: sample, output: .classes(10))
        } throws: {
            ($0 as? FieldError)?.path == "preset"
        }
    }

    @Test(arguments: [
        (Presets.Filling.end, ["input", "lengths"], ["LSTM", "Dense", "Softmax"]),
        (.steps(of: -1), ["input"], ["Masking", "LSTM", "Dense", "Softmax"]),
        (.none, ["input"], ["LSTM", "Dense", "Softmax"]),
    ])
    func fillingIsNoStep(filling: Presets.Filling, inputs: [String], layers: [String]) throws {
        let architecture = try Presets.architecture(
            "seed-lstm", sample: [9, 2], output: .classes(3), filling: filling)
        #expect(architecture.nodes.map(\.type) == layers)
        let graph = try architecture.graph(parameters: randomParameters(of: architecture))
        #expect(graph.inputs.map { graph[$0].name } == inputs)
    }

    @Test func smallImagesGetPadding() throws {
        let architecture = try Presets.architecture("seed-cnn", sample: [8, 8], output: .classes(10))
        #expect(architecture.outputShapes == [[10]])
    }
}
