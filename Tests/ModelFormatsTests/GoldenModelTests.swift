import Graphs
import ModelFormats
import Tensors
import TestSupport
import Testing

/// Models as Keras and PyTorch export them, read, compiled and run, against the answers of the framework.
struct GoldenModelTests {
    /// The model files and the answers to each.
    private static let models: [(model: String, answers: String)] =
        ["digits-cnn", "digits-lstm"].map {
            (Repository.models + "/\($0)/1/model.onnx", Repository.models + "/\($0)/1/golden.safetensors")
        }
        + [
            "t_seed_cnn/model_legacy", "t_seed_cnn/model_dynamo", "t_seed_lstm_seq28/model_dynamo",
            "t_seed_lstm_seq100/model_legacy", "t_seed_lstm_seq100/model_dynamo", "t_gru/model_legacy",
            "t_rnn_tanh/model_legacy",
        ].map { name in
            let folder = name.split(separator: "/")[0]
            return (Repository.fixture("golden/\(name).onnx"), Repository.fixture("golden/\(folder)/io.safetensors"))
        }

    private static func run(_ model: CompiledModel, _ input: Tensor, steps: Int?) throws -> [Float] {
        let rows = input.shape[0]
        let plan = try model.plan(bindings: steps.map { ["time": $0] } ?? [:])
        var output = [Float](repeating: .nan, count: rows * plan.outputSizes[0])
        let workspace = plan.makeWorkspace(threads: 1)
        input.floats.withUnsafeBufferPointer { x in
            output.withUnsafeMutableBufferPointer { y in
                guard let x = x.baseAddress, let y = y.baseAddress else { return }
                plan.run(rows: rows, inputs: [x], outputs: [y], workspace: workspace, pool: nil)
            }
        }
        return output
    }

    @Test(arguments: models.map(\.model), Kernels.available)
    func answersAsTheFrameworkDid(path: String, kernels: Kernels) throws {
        let answers = try #require(Self.models.first { $0.model == path }?.answers)
        let file = try SafeTensors(path: answers)
        let input = try #require(file.tensors["input.0"])
        let expected = try #require(file.tensors["output.0"]).floats
        let graph = try ModelLoader.loadModel(path: path)
        let model = try CompiledModel(graph, kernels: kernels)
        let steps = model.inputs[0].freeSymbols.contains("time") ? input.shape[1] : nil
        let output = try Self.run(model, input, steps: steps)
        #expect(zip(output, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(output.count == expected.count)
        // Another instruction set may round differently, but not by more than this.
        let best = try CompiledModel(graph, kernels: Kernels.best())
        let reference = try Self.run(best, input, steps: steps)
        #expect(zip(output, reference).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Every exporter's way of writing the two models comes down to the same few kernel calls.
    @Test(arguments: models.map(\.model))
    func becomesAFewKernelCalls(path: String) throws {
        let model = try CompiledModel(try ModelLoader.loadModel(path: path), kernels: Kernels.best())
        let isRecurrent = !path.contains("cnn")
        let plan = try model.plan(bindings: isRecurrent ? ["time": 28] : [:])
        let layer = path.contains("lstm") ? "LSTMLayer" : "HiddenStateLayer"
        let expected = isRecurrent ? [layer, "Dense"] : ["Convolution", "Convolution", "Dense", "Dense"]
        #expect(plan.stepNames.filter { $0 != "Softmax" } == expected)
        #expect(plan.fixedBatch == nil)
    }
}
