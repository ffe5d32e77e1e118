import Graphs
import JSON
import Tensors
import Testing

@testable import ModelFormats

struct ArchitectureTests {
    private static func error(_ json: String) -> FieldError? {
        do {
            _ = try Architecture(json: try JSONValue(parsing: json), path: "architecture")
            return nil
        } catch {
            return error as? FieldError
        }
    }

    private static func layers(_ layers: String, input: String = "[28, 28, 1]") -> String {
        "{\"input_shape\": \(input), \"layers\": [\(layers)]}"
    }

    private static let refusals: [(String, String)] = [
        (#"{"type": "Dense"}"#, "architecture.layers[0].units: expected a value, got none"),
        (
            #"{"type": "Dense", "units": 0}"#,
            "architecture.layers[0].units: expected an integer in 1...16777216, got 0"
        ),
        (
            #"{"type": "Flatten"}, {"type": "Dense", "units": 3, "activation": "sofmax"}"#,
            "architecture.layers[1].activation: expected one of celu, elu, exponential, gelu, glu, hard_shrink, "
                + "hard_sigmoid, hard_sigmoid_keras2, hard_silu, hard_tanh, leaky_relu, linear, log_sigmoid, "
                + "log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus, softsign, "
                + "sparse_plus, sparse_sigmoid, squareplus, tanh, tanh_shrink, got \"sofmax\""
        ),
        (
            #"{"type": "LSTM", "units": 3}"#,
            "architecture.layers[0]: expected a sequence [steps, features] as its input, got [28, 28, 1]"
        ),
        (
            #"{"type": "Conv2D", "filters": 3, "kernel_size": 30}"#,
            "architecture.layers[0]: expected what the window [30, 30] fits as its input, got [28, 28]"
        ),
        (
            #"{"type": "Conv2D", "filters": 3, "kernel_size": [3]}"#,
            "architecture.layers[0].kernel_size: expected an integer in 1...1024 or a list of 2, got an array"
        ),
        (
            #"{"type": "Conv2D", "filters": 3, "kernel_size": 3, "padding": "causal"}"#,
            #"architecture.layers[0].padding: expected "valid", "same" or numbers, got "causal""#
        ),
        (
            #"{"type": "Conv2D", "filters": 3, "kernel_size": 3, "kernel_regularizer": "l2"}"#,
            "architecture.layers[0].kernel_regularizer: expected one of the members type, name, inputs, shares, filters, groups, "
                + "kernel_size, strides, dilation_rate, padding, activation, use_bias, kernel_initializer, "
                + "bias_initializer, data_format, got an unknown one"
        ),
        (
            #"{"type": "Conv2DTranspose", "filters": 4, "groups": 3, "kernel_size": 3}"#,
            "architecture.layers[0].groups: expected a divisor of 4 filters, got 3"
        ),
        (
            #"{"type": "UpSampling2D", "interpolation": "lanczos3"}"#,
            #"architecture.layers[0].interpolation: expected "nearest" or "bilinear", got "lanczos3""#
        ),
        (
            #"{"type": "Cropping2D", "cropping": [[14, 14], [0, 0]]}"#,
            "architecture.layers[0]: expected an image of which something is left as its input, got [28, 28, 1]"
        ),
        (
            #"{"type": "ZeroPadding2D", "padding": [[1, 2], [3]]}"#,
            "architecture.layers[0].padding: expected an integer in 0...65536, or 2 of them, or 2 pairs, got an array"
        ),
        (
            #"{"type": "LayerNormalization", "axis": [1, 4]}"#,
            "architecture.layers[0].axis: expected dimensions of [28, 28, 1] after the batch, each once, got [1, 4]"
        ),
        (
            #"{"type": "GroupNormalization"}"#,
            "architecture.layers[0].groups: expected a divisor of 1 channels, got 32"
        ),
        (
            #"{"type": "Normalization", "mean": 1}"#,
            "architecture.layers[0].variance: expected numbers beside those of mean, or neither, got null"
        ),
        (
            #"{"type": "AdaptiveMaxPooling2D", "output_size": 3}"#,
            "architecture.layers[0].output_size: expected divisors of the sizes of [28, 28, 1], got 3"
        ),
        (
            #"{"type": "Reshape", "target_shape": [5, -1]}"#,
            "architecture.layers[0].target_shape: expected a shape of 784 elements, as the input [28, 28, 1] has, "
                + "got [5, -1]"
        ),
        (
            #"{"type": "Flatten", "name": "a"}, {"type": "Flatten", "name": "a"}"#,
            #"architecture.layers[1].name: expected a name of its own, 1 to 64 of A-Z a-z 0-9 . _ -, got "a""#
        ),
        (
            #"{"type": "Flatten", "inputs": ["later"]}"#,
            #"architecture.layers[0].inputs[0]: expected the name of an input or of a layer before, got "later""#
        ),
        (
            #"{"type": "Dense", "units": 2, "kernel_initializer": "magic"}"#,
            "architecture.layers[0].kernel_initializer: expected one of "
                + InitializerName.all.joined(separator: ", ") + ", got \"magic\""
        ),
        (#"{"type": "Dropout", "rate": 1}"#, "architecture.layers[0].rate: expected a number in 0.0...0.999, got 1"),
        (
            #"{"type": "Add"}"#, "architecture.layers[0].inputs: expected at least two names, got 1"
        ),
        (
            #"{"type": "Bidirectional", "layer": {"type": "Dense", "units": 3}}"#,
            #"architecture.layers[0].layer.type: expected "GRU", "LSTM", "RNN" or "SimpleRNN", got "Dense""#
        ),
    ]

    @Test(arguments: refusals)
    func errorsNameTheField(layers: String, message: String) {
        #expect(Self.error(Self.layers(layers))?.description == message)
    }

    @Test func unknownLayersAreRefusedWithTheKnownOnes() {
        let text = Self.error(Self.layers(#"{"type": "Lambda"}"#))?.description ?? ""
        #expect(text.hasPrefix("architecture.layers[0].type: expected a layer Apus has (Activation, "))
        #expect(text.hasSuffix(#"), got "Lambda""#))
    }

    @Test(arguments: [
        #"{"layers": [{"type": "Flatten"}]}"#, #"{"input_shape": [], "layers": [{"type": "Flatten"}]}"#,
        #"{"input_shape": [28, null], "layers": [{"type": "Flatten"}]}"#,
        #"{"input_shape": [4294967296, 4294967296], "layers": [{"type": "Flatten"}]}"#,
        #"{"input_shape": [1, 2], "layers": []}"#, #"{"input_shape": [1, 2], "layers": [1]}"#,
        #"{"input_shape": [1, 2], "layers": [{"type": "Flatten"}], "outputs": ["x"]}"#,
        #"{"input_shape": [1, 2], "inputs": [], "layers": [{"type": "Flatten"}]}"#,
        #"{"inputs": [{"name": "lengths", "shape": [2]}], "layers": [{"type": "Flatten"}]}"#,
        #"{"input_shape": [2], "layers": [{"type": "Flatten"}], "initialization": "mxnet"}"#,
        #"[]"#,
    ])
    func otherDocumentsAreRefused(json: String) { #expect(Self.error(json) != nil) }

    /// What would take absurd memory or overflow.
    private static let absurdities: [(String, String)] = [
        (#"{"type": "Dense", "units": 16777216}, {"type": "Dense", "units": 16777216}"#, "[8]"),
        (#"{"type": "Dense", "units": 16777216}"#, "[1024, 1024]"),
        (#"{"type": "Conv2D", "filters": 16777216, "kernel_size": 1024, "padding": "same"}"#, "[1, 1, 67108864]"),
        (
            #"{"type": "DepthwiseConv2D", "depth_multiplier": 1024, "kernel_size": 1024, "padding": "same"}"#,
            "[1, 1, 67108864]"
        ),
        (#"{"type": "LSTM", "units": 16384}"#, "[null, 67108864]"),
        (#"{"type": "GRU", "units": 16384, "bidirectional": true}"#, "[null, 1]"),
        (#"{"type": "Embedding", "input_dim": 16777216, "output_dim": 16777216}"#, "[4]"),
        (
            #"{"type": "Conv2D", "filters": 1, "kernel_size": 1, "padding": 1024}, {"type": "Conv2D", "filters": 16777216, "kernel_size": 1}"#,
            "[1, 1, 1]"
        ),
    ]

    @Test(arguments: absurdities)
    func absurdSizesAreRefused(layers: String, input: String) {
        #expect(Self.error(Self.layers(layers, input: input)) != nil)
    }

    @Test func parametersKnowTheirInitialisers() throws {
        let keras = try Architecture(
            json: try JSONValue(
                parsing: Self.layers(
                    #"{"type": "LSTM", "units": 4}, {"type": "Dense", "units": 2}"#, input: "[7, 3]")))
        #expect(keras.parameters.map(\.name) == ["lstm.W", "lstm.R", "lstm.B", "dense.weight", "dense.bias"])
        let bias = keras.parameters[2]
        #expect(bias.shape == [1, 16])
        #expect(bias.blocks.map(\.initializer) == ["zeros", "ones", "zeros"])
        #expect(bias.blocks.map(\.elements) == [0..<8, 8..<12, 12..<16])
        #expect(keras.parameters[0].blocks.map(\.initializer) == ["glorot_uniform"])
        #expect((keras.parameters[0].blocks[0].fanIn, keras.parameters[0].blocks[0].fanOut) == (3, 16))
        #expect(keras.parameters[1].blocks[0].initializer == "orthogonal")
        #expect(keras.parameters[1].blocks[0].shape == [16, 4])
        let pytorch = try Architecture(
            json: try JSONValue(
                parsing:
                    #"{"initialization": "pytorch", "input_shape": [7, 3], "layers": [{"type": "LSTM", "units": 4}]}"#))
        #expect(pytorch.parameters.map(\.shape) == [[1, 16, 3], [1, 16, 4], [1, 32]])
        #expect(
            pytorch.parameters.flatMap(\.blocks).allSatisfy { $0.initializer == "pytorch_uniform" && $0.fanIn == 4 })
    }

    @Test func kerasModelsHaveAsManyParametersAsInKeras() throws {
        let lstm = try Architecture(
            json: try JSONValue(
                parsing: Self.layers(
                    #"{"type": "LSTM", "units": 50}, {"type": "Dense", "units": 10}"#, input: "[null, 1]")))
        #expect(lstm.parameterCount == 10_910)
        let bidirectional = try Architecture(
            json: try JSONValue(
                parsing: Self.layers(
                    #"""
                    {"type": "Bidirectional", "layer": {"type": "LSTM", "units": 24, "return_sequences": true}},
                    {"type": "Bidirectional", "layer": {"type": "LSTM", "units": 12}}, {"type": "Dense", "units": 6}
                    """#, input: "[20, 8]")))
        #expect(bidirectional.parameters.map(\.name)[3] == "bidirectional_1.W")
        #expect(bidirectional.outputShapes == [[6]])
        #expect(try Architecture(json: bidirectional.json).json == bidirectional.json)
    }

    @Test func layersAreNamedAsKerasNamesThem() {
        #expect(ArchitectureReader.snakeCase("MaxPooling2D") == "max_pooling2d")
        #expect(ArchitectureReader.snakeCase("Conv2D") == "conv2d")
        #expect(ArchitectureReader.snakeCase("SimpleRNN") == "simple_rnn")
        #expect(ArchitectureReader.snakeCase("LSTM") == "lstm")
        #expect(ArchitectureReader.snakeCase("GlobalAveragePooling1D") == "global_average_pooling1d")
    }

    @Test func theInputsShapeMayComeFromTheData() throws {
        let json = try JSONValue(parsing: #"{"layers": [{"type": "Dense", "units": 2}]}"#)
        #expect(try Architecture(json: json, inputShape: [5]).parameterCount == 12)
        let own = try JSONValue(parsing: Self.layers(#"{"type": "Dense", "units": 2}"#, input: "[3]"))
        #expect(try Architecture(json: own, inputShape: [5]).parameterCount == 8)
    }

    @Test func parametersMustBeThere() throws {
        let architecture = try Presets.architecture("mlp", sample: [2], output: .values(1))
        #expect(
            throws: GraphError.structure("parameter \"dense.weight\": expected float32[128, 2], got none")
        ) { try architecture.graph(parameters: [:]) }
    }
}
