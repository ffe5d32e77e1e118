import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// State_dicts beside an `architecture.json`, against the answers of PyTorch.
struct TorchModelTests {
    private static func recurrent(_ type: String, _ name: String) -> String {
        """
        {"initialization": "pytorch", "input_shape": [null, 1], "layers": [
            {"type": "\(type)", "name": "\(name)", "units": 50}, {"type": "Linear", "name": "fc", "units": 10}]}
        """
    }

    private static let models: [(name: String, answers: String, json: String)] = [
        ("gru", "t_gru", recurrent("GRU", "rnn")), ("rnn_tanh", "t_rnn_tanh", recurrent("RNN", "rnn")),
        ("lstm_seq28", "t_seed_lstm_seq28", recurrent("LSTM", "lstm")),
        (
            "lenet", "",
            """
            {"initialization": "pytorch", "layout": "channels_first", "input_shape": [1, 12, 10], "layers": [
                {"type": "Conv2d", "name": "0", "filters": 4, "kernel_size": 5, "padding": 2}, {"type": "Tanh"},
                {"type": "AvgPool2d"}, {"type": "Conv2d", "name": "3", "filters": 6, "kernel_size": 3},
                {"type": "Tanh"}, {"type": "Flatten"}, {"type": "Linear", "name": "6", "units": 3}]}
            """
        ),
        (
            "pooled", "",
            """
            {"initialization": "pytorch", "layout": "channels_first", "input_shape": [2, 9, 11], "layers": [
                {"type": "Conv2d", "name": "first", "filters": 3, "kernel_size": 3, "padding": 1}, {"type": "ReLU"},
                {"type": "MaxPool2d", "pool_size": 3, "strides": 2, "padding": 1},
                {"type": "Conv2d", "name": "3", "filters": 4, "kernel_size": 3}, {"type": "BatchNorm2d", "name": "4"},
                {"type": "ReLU"}, {"type": "MaxPool2d"}, {"type": "Flatten"},
                {"type": "Linear", "name": "fc", "units": 3}],
             "parameters": {"first": "0", "fc.weight": "8.weight", "fc.bias": "8.bias"}}
            """
        ),
        (
            "series", "",
            """
            {"initialization": "pytorch", "layout": "channels_first", "input_shape": [3, 11], "layers": [
                {"type": "Conv1d", "name": "0", "filters": 4, "kernel_size": 3}, {"type": "BatchNorm1d", "name": "1"},
                {"type": "ReLU"}, {"type": "MaxPool1d"}, {"type": "Flatten"},
                {"type": "Linear", "name": "5", "units": 2}]}
            """
        ),
        (
            "residual", "",
            """
            {"initialization": "pytorch", "layout": "channels_first", "input_shape": [3, 6, 8], "layers": [
                {"type": "Conv2d", "name": "conv1", "filters": 4, "kernel_size": 3, "padding": 1, "use_bias": false},
                {"type": "BatchNorm2d", "name": "bn1"}, {"type": "ReLU", "name": "stem"},
                {"type": "Conv2d", "name": "conv2", "filters": 6, "kernel_size": 3, "strides": 2, "padding": 1},
                {"type": "Conv2d", "name": "shortcut", "inputs": ["stem"], "filters": 6, "kernel_size": 1, "strides": 2},
                {"type": "Add", "inputs": ["conv2", "shortcut"]}, {"type": "ReLU"},
                {"type": "GlobalAveragePooling2D"}, {"type": "Linear", "name": "fc", "units": 3}]}
            """
        ),
        (
            "perceptron", "",
            """
            {"input_shape": [5], "layers": [
                {"type": "Linear", "name": "0", "units": 7, "activation": "relu"},
                {"type": "Linear", "name": "2", "units": 2}]}
            """
        ),
    ]

    private let directory = TemporaryDirectory()

    /// Inputs and PyTorch's answers.
    private func answers(_ model: (name: String, answers: String, json: String)) throws -> (Tensor, Tensor) {
        if model.answers.isEmpty {
            let arrays = try NpzReader.tensors(path: Fixtures.path("torch/\(model.name).npz"))
            return (try #require(arrays["x"]), try #require(arrays["y"]))
        }
        let path = Repository.fixture("golden/\(model.answers)/io.safetensors")
        let tensors = try SafeTensors(path: path).tensors
        return (try #require(tensors["input.0"]), try #require(tensors["output.0"]))
    }

    private func write(_ model: (name: String, answers: String, json: String)) throws -> String {
        directory.write(model.json, to: "architecture.json")
        return directory.write(try Fixtures.bytes("torch/\(model.name).pt"), to: "model.pt")
    }

    @Test(arguments: models.map(\.name), Kernels.available)
    func answersAsPyTorchDoes(name: String, kernels: Kernels) throws {
        let model = try #require(Self.models.first { $0.name == name })
        let (input, expected) = try answers(model)
        let graph = try ModelLoader.loadModel(path: try write(model))
        let compiled = try CompiledModel(graph, kernels: kernels)
        let steps = compiled.inputs[0].freeSymbols.contains("time") ? ["time": input.shape[1]] : [:]
        let found = try compiled.plan(bindings: steps).run([input], rows: input.shape[0])
        #expect(zip(found, expected.floats).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(found.count == expected.elementCount)
        let twin = try graph.evaluate([input])[0]
        #expect(zip(twin.floats, expected.floats).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Moving the channels costs a plan nothing.
    @Test(arguments: ["lenet", "pooled", "residual", "series"])
    func channelsMoveAtTheInputOnly(name: String) throws {
        let model = try #require(Self.models.first { $0.name == name })
        let compiled = try CompiledModel(try ModelLoader.loadModel(path: try write(model)), kernels: Kernels.best())
        let steps = try compiled.plan(bindings: [:]).stepNames
        #expect(steps.filter { $0 == "Transpose" }.count <= 1, "\(steps)")
        #expect(steps.filter { $0 == "Reshape" || $0 == "Flatten" }.isEmpty, "\(steps)")
    }

    /// What is trained further comes out as Apus's own bundle, without the file's names for things.
    @Test(arguments: ["pooled", "residual", "lstm_seq28"])
    func becomesANativeBundle(name: String) throws {
        let model = try #require(Self.models.first { $0.name == name })
        let (input, expected) = try answers(model)
        let path = try write(model)
        guard case .native(let architecture) = try ModelLoader.loadSource(path: path).source else {
            Issue.record("not native")
            return
        }
        let constants = try architecture.graphConstants(from: try TorchFile(path: path))
        let version = directory.path + "/1"
        try VersionBundle(.native(architecture), parameters: constants).write(to: version)
        let found = try ModelLoader.loadModel(path: version).evaluate([input])[0]
        #expect(zip(found.floats, expected.floats).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func asksForAnArchitecture() throws {
        let path = directory.write(try Fixtures.bytes("torch/gru.pt"), to: "gru.pt")
        let error = #expect(throws: ModelFormatError.self) { try ModelLoader.loadModel(path: path) }
        #expect(
            error?.description
                == "file \"gru.pt\": model file: expected architecture.json beside it, which says what the tensors are for; "
                + "`apus convert --from-state-dict gru.pt OUT` proposes one, found none")
    }

    @Test func namesOfTensorsMustBeThoseOfTheNetwork() throws {
        let model = try #require(Self.models.first { $0.name == "perceptron" })
        for (json, message) in [
            (
                model.json.replacing("\"units\": 2", with: "\"units\": 3"),
                "tensor \"2.weight\": expected [3, 7], found [2, 7]"
            ),
            (
                model.json.replacing("\"name\": \"2\"", with: "\"name\": \"3\""),
                "tensor \"2.weight\": expected only tensors of the architecture's layers, found one of no layer"
            ),
            (
                model.json.replacing("\"layers\"", with: "\"parameters\": {\"1\": \"2\"}, \"layers\""),
                "architecture.json: parameters: expected names of layers or of their tensors, found \"1\""
            ),
        ] {
            directory.write(json, to: "architecture.json")
            let path = directory.write(try Fixtures.bytes("torch/perceptron.pt"), to: "model.pt")
            let error = #expect(throws: ModelFormatError.self) { try ModelLoader.loadModel(path: path) }
            #expect(error?.description == "file \"model.pt\": \(message)")
        }
    }

    /// Names that a network around this one put before all others.
    @Test func prefixesOfAllNamesAreLeftOut() throws {
        let json = """
            {"input_shape": [2], "layers": [{"type": "Linear", "name": "fc", "units": 1}]}
            """
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let tensors = [
            "net.body.fc.weight": Tensor([Float(1), 2], shape: [1, 2]),
            "net.body.fc.bias": Tensor([Float(3)], shape: [1]),
        ]
        let constants = try architecture.graphConstants(fromFileTensors: tensors)
        #expect(constants["fc.weight"]?.floats == [1, 2])
        #expect(throws: ModelFormatError.self) {
            try architecture.graphConstants(
                fromFileTensors: tensors.merging(["a.b": tensors["net.body.fc.bias"]!]) { $1 })
        }
    }
}
