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

    /// Models of Keras as tf2onnx writes them, and recurrent ones as both exporters of PyTorch do, of which the newer one
    /// unrolls some.
    private static let recurrent = [
        "k_bilstm2/model", "k_drop_bn/model", "k_lstm_text_mask/model", "k_seed_lstm/model", "r_gru_all/model_legacy",
        "r_gru_all/model_dynamo", "r_lstm3/model_legacy", "r_lstm3/model_dynamo", "r_rnn_time_first/model_legacy",
        "r_rnn_time_first/model_dynamo", "r_lstm_packed/model_legacy",
    ]

    @Test(arguments: recurrent)
    func recurrentModelsAnswerAsTheFrameworkDid(name: String) throws {
        let folder = name.split(separator: "/")[0]
        let file = try SafeTensors(path: Repository.fixture("golden/\(folder)/io.safetensors")).tensors
        let inputs = (0..<2).compactMap { file["input.\($0)"] }
        let expected = try #require(file["output.0"]).floats
        let graph = try ModelLoader.loadModel(path: Repository.fixture("golden/\(name).onnx"))
        let twin = try graph.evaluate(inputs)[0]
        #expect(zip(twin.floats, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        let model = try CompiledModel(graph, kernels: Kernels.best())
        guard folder != "r_rnn_time_first" else { return }
        // The free sizes but the batch are those of the input.
        var bindings: [String: Int] = [:]
        for (axis, dimension) in model.inputs[0].dimensions.enumerated().dropFirst() {
            if case .symbol(let name) = dimension { bindings[name] = inputs[0].shape[axis] }
        }
        let plan = try model.plan(bindings: bindings)
        #expect(plan.fixedBatch == nil)
        let found = plan.run(inputs, rows: inputs[0].shape[0])
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
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
