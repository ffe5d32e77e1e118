import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Layers with weights by PyTorch's names and in its layouts, against the answers of PyTorch, and for `k_…` of Keras: the graph's naive twin and its
/// plan at every level.
struct LayerTests {
    /// Those that `Tests/Fixtures/make_image_layers.py` has made.
    private static let made = [
        "keras_activations", "keras_channels_first", "keras_normalisations", "keras_poolings", "keras_separable",
        "keras_sequence", "keras_transposed", "keras_volume", "torch_volume",
    ].map { name in
        let bytes = try? FileBytes.read(Fixtures.path("layers/\(name).json"))
        return (name: name, json: String(decoding: bytes ?? [], as: UTF8.self))
    }

    private static func masked(_ type: String) -> String {
        """
        {"initialization": "pytorch", "input_shape": [5, 3], "lengths": true, "layers": [
            {"type": "\(type)", "name": "first", "units": 4, "bidirectional": true, "return_sequences": true},
            {"type": "Dropout", "rate": 0.5},
            {"type": "\(type)", "name": "second", "units": 3}, {"type": "Linear", "name": "fc", "units": 2}]}
        """
    }

    static let models = made + written

    private static let written: [(name: String, json: String)] = [
        ("masked_lstm", masked("LSTM")), ("masked_gru", masked("GRU")), ("masked_rnn", masked("RNN")),
        (
            "image",
            """
            {"initialization": "pytorch", "input_shape": [9, 8, 2], "layers": [
                {"type": "Conv2D", "name": "conv", "filters": 4, "kernel_size": 3, "padding": "same"},
                {"type": "BatchNormalization", "name": "bn"}, {"type": "ReLU"},
                {"type": "DepthwiseConv2D", "name": "dw", "kernel_size": [3, 3], "depth_multiplier": 2, "strides": 2,
                 "padding": 1}, {"type": "LeakyReLU", "negative_slope": 0.1},
                {"type": "Conv2D", "name": "point", "filters": 4, "kernel_size": 1, "activation": "tanh"},
                {"type": "AveragePooling2D"}, {"type": "GlobalAveragePooling2D"},
                {"type": "Dense", "name": "fc", "units": 3, "activation": "gelu"}]}
            """
        ),
        (
            "residual",
            """
            {"inputs": [{"name": "image", "shape": [6, 6, 3]}], "outputs": ["softmax"], "layers": [
                {"type": "Conv2D", "name": "c1", "filters": 3, "kernel_size": 3, "padding": [1, 1], "activation": "elu"},
                {"type": "Conv2D", "name": "c2", "filters": 3, "kernel_size": 3, "padding": "same"},
                {"type": "Add", "name": "sum", "inputs": ["image", "c2"]},
                {"type": "Concatenate", "inputs": ["sum", "c1"]}, {"type": "GlobalMaxPooling2D"},
                {"type": "Dense", "name": "fc", "units": 2}, {"type": "Softmax"}]}
            """
        ),
        (
            "text",
            """
            {"input_shape": [null], "layers": [
                {"type": "Embedding", "input_dim": 7, "output_dim": 4, "mask_zero": true},
                {"type": "Dense", "name": "hidden", "units": 5, "activation": "silu"},
                {"type": "GlobalAveragePooling1D"}, {"type": "Dense", "name": "fc", "units": 2}]}
            """
        ),
        (
            "series",
            """
            {"initialization": "pytorch", "input_shape": [12, 2], "layers": [
                {"type": "Conv1D", "name": "c1", "filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"},
                {"type": "BatchNormalization", "name": "bn"}, {"type": "Softplus"}, {"type": "MaxPooling1D"},
                {"type": "Conv1D", "name": "c2", "filters": 3, "kernel_size": 2, "strides": 2}, {"type": "Flatten"}]}
            """
        ),
        (
            "k_conv1d",
            """
            {"input_shape": [96, 3], "layers": [
                {"type": "Conv1D", "filters": 16, "kernel_size": 5, "padding": "causal", "dilation_rate": 2,
                 "activation": "relu"}, {"type": "MaxPooling1D"},
                {"type": "Conv1D", "filters": 32, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "elu"},
                {"type": "Conv1D", "filters": 32, "kernel_size": 3}, {"type": "LeakyReLU", "negative_slope": 0.2},
                {"type": "GlobalAveragePooling1D"}, {"type": "Dense", "units": 5, "activation": "softmax"}]}
            """
        ),
        (
            "k_drop_bn",
            """
            {"input_shape": [20], "layers": [
                {"type": "Dense", "units": 64}, {"type": "BatchNormalization"},
                {"type": "Activation", "activation": "relu"}, {"type": "Dropout", "rate": 0.5},
                {"type": "Dense", "units": 32, "activation": "softplus"}, {"type": "BatchNormalization", "center": false},
                {"type": "Dense", "units": 3, "activation": "softmax"}]}
            """
        ),
        (
            "k_lstm_text_mask",
            """
            {"input_shape": [40], "layers": [
                {"type": "Embedding", "input_dim": 500, "output_dim": 24, "mask_zero": true},
                {"type": "Bidirectional", "layer": {"type": "LSTM", "units": 16}},
                {"type": "Dense", "units": 1, "activation": "sigmoid"}]}
            """
        ),
        (
            "k_bilstm2",
            """
            {"input_shape": [20, 8], "layers": [
                {"type": "Bidirectional", "layer": {"type": "LSTM", "units": 24, "return_sequences": true}},
                {"type": "LSTM", "name": "bidirectional_1", "units": 16, "bidirectional": true},
                {"type": "Dense", "units": 6, "activation": "softmax"}]}
            """
        ),
    ]

    @Test(arguments: models.map(\.name), Kernels.available)
    func answerAsTheFrameworkDoes(name: String, kernels: Kernels) throws {
        let json = try #require(Self.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let file = try SafeTensors(path: Fixtures.path("layers/\(name).safetensors")).tensors
        let tensors = file.filter { !$0.key.hasPrefix("input.") && !$0.key.hasPrefix("output.") }
        let graph = try architecture.graph(parameters: architecture.graphConstants(fromFileTensors: tensors))
        let inputs = (0..<2).compactMap { file["input.\($0)"] }
        let expected = try #require(file["output.0"]).floats
        let twin = try graph.evaluate(inputs)[0]
        #expect(zip(twin.floats, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        let rows = inputs[0].shape[0]
        let model = try CompiledModel(graph, kernels: kernels)
        let plan = try model.plan(bindings: model.inputs[0].freeSymbols.contains("time") ? ["time": 5] : [:])
        #expect(plan.fixedBatch == nil)
        let found = plan.run(inputs, rows: rows)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(found.count == expected.count)
    }

    /// Every layer can be trained: the plan that computes gradients gives the same answers, and all parameters get one.
    @Test(arguments: models.map(\.name))
    func answerTheSameInTraining(name: String) throws {
        let json = try #require(Self.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let file = try SafeTensors(path: Fixtures.path("layers/\(name).safetensors")).tensors
        let tensors = file.filter { !$0.key.hasPrefix("input.") && !$0.key.hasPrefix("output.") }
        let constants = try architecture.graphConstants(fromFileTensors: tensors)
        var graph = try architecture.graph(parameters: constants)
        let inputs = (0..<2).compactMap { file["input.\($0)"] }
        let expected = try #require(file["output.0"]).floats
        let rows = inputs[0].shape[0]
        let parameters = try architecture.parameters.map {
            (name: $0.name, tensor: try #require(constants[$0.name]), isTrainable: $0.isTrainable)
        }
        let store = ParameterStore(parameters.filter(\.isTrainable) + parameters.filter { !$0.isTrainable })
        try graph.prepareForTraining(parameters: Set(parameters.map(\.name)))
        let plan = try TrainingCompiler(graph: graph, store: store, kernels: Kernels.best())
            .compile(capacity: rows, bindings: ["time": 5], pool: nil)
        for (index, input) in inputs.enumerated() {
            plan.input(index).update(from: input.storage.floats, count: input.elementCount)
        }
        plan.predict(batch: rows)
        let found = Array(UnsafeBufferPointer(start: plan.outputs, count: expected.count))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        let size = plan.outputSize
        let gradient = UnsafeMutableBufferPointer(start: plan.outputGradients, count: rows * size)
        nonisolated(unsafe) let target = gradient
        plan.train(batch: rows, seed: 1) { range, _ in
            for index in range.lowerBound * size..<range.upperBound * size { target[index] = Float(index % 3) - 0.5 }
        }
        for (index, parameter) in store.parameters.enumerated() where parameter.isTrainable {
            let gradient = store.gradient(index).floats
            let (isFinite, isThere) = (gradient.allSatisfy { $0.isFinite }, gradient.contains { $0 != 0 })
            // A bias before a normalisation has a gradient of nothing but rounding.
            #expect(isFinite && (isThere || parameter.name.hasSuffix(".bias")), "\(parameter.name)")
        }
    }

    @Test(arguments: models.map(\.name))
    func filesAndConstantsAreTheSameNumbers(name: String) throws {
        let json = try #require(Self.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let constants = randomParameters(of: architecture)
        let tensors = architecture.fileTensors(fromGraphConstants: constants)
        let back = try architecture.graphConstants(fromFileTensors: tensors)
        #expect(back.mapValues(\.floats) == constants.mapValues(\.floats))
        #expect(back.mapValues(\.shape) == constants.mapValues(\.shape))
        #expect(Set(constants.keys) == Set(architecture.parameters.map(\.name)))
        // As many numbers in the file, and no two of them from one place.
        #expect(tensors.values.reduce(0) { $0 + $1.elementCount } == architecture.parameterCount)
    }

    @Test(arguments: models.map(\.name))
    func documentsAreReadAsTheyAreWritten(name: String) throws {
        let json = try #require(Self.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let again = try Architecture(json: try JSONValue(parsing: architecture.json.bytes))
        #expect(again.json == architecture.json)
        #expect(again.parameters == architecture.parameters)
        #expect(again.outputShapes == architecture.outputShapes)
    }

    @Test(arguments: [("t_gru", "GRU", "rnn"), ("t_rnn_tanh", "RNN", "rnn"), ("t_seed_lstm_seq28", "LSTM", "lstm")])
    func loadPyTorchsOwnFiles(model: String, type: String, name: String) throws {
        let directory = TemporaryDirectory()
        directory.write(
            """
            {"initialization": "pytorch", "input_shape": [null, 1], "layers": [
                {"type": "\(type)", "name": "\(name)", "units": 50}, {"type": "Linear", "name": "fc", "units": 10}]}
            """, to: "architecture.json")
        let folder = Repository.fixture("golden/\(model)")
        directory.write(try FileBytes.read(folder + "/model.safetensors"), to: "model.safetensors")
        let answers = try SafeTensors(path: folder + "/io.safetensors").tensors
        let compiled = try CompiledModel(
            try ModelLoader.loadModel(path: directory.path), kernels: Kernels.best())
        let found = try compiled.plan(bindings: ["time": 28]).run([try #require(answers["input.0"])], rows: 16)
        let expected = try #require(answers["output.0"]).floats
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(try compiled.plan(bindings: ["time": 28]).stepNames.count == 2)
    }
}

extension ExecutionPlan {
    /// Runs rows through the plan and returns the first output's elements.
    func run(_ inputs: [Tensor], rows: Int) -> [Float] {
        let workspace = makeWorkspace(threads: 1)
        let outputs = outputSizes.map { AlignedStorage(floatCount: rows * $0) }
        run(
            rows: rows, inputs: inputs.map { UnsafePointer($0.storage.floats) }, outputs: outputs.map(\.floats),
            workspace: workspace, pool: nil)
        return Array(UnsafeBufferPointer(start: outputs[0].floats, count: rows * outputSizes[0]))
    }
}
