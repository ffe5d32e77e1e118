import JSON

/// The layers by the names that `architecture.json` calls them. Adding a layer means its file in `Layers/` and one line
/// here.
enum LayerRegistry {
    typealias Read = @Sendable (inout JSONFields) throws(FieldError) -> any Layer

    private static let layers: [String: Read] = [
        "Activation": { fields throws(FieldError) in try ActivationLayer(&fields) },
        "AveragePooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 1) },
        "AveragePooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 2) },
        "Conv1D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 1) },
        "Conv2D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 2) },
        "Dense": { fields throws(FieldError) in try DenseLayer(&fields) },
        "DepthwiseConv2D": { fields throws(FieldError) in try ConvolutionLayer(depthwise: &fields) },
        "Dropout": { fields throws(FieldError) in try DropoutLayer(&fields) },
        "ELU": { fields throws(FieldError) in try ActivationLayer.elu(&fields) },
        "Flatten": { _ throws(FieldError) in FlattenLayer() },
        "GELU": { fields throws(FieldError) in try ActivationLayer.gelu(&fields) },
        "GRU": { fields throws(FieldError) in try RecurrentLayer(&fields, .gru) },
        "LSTM": { fields throws(FieldError) in try RecurrentLayer(&fields, .lstm) },
        "LeakyReLU": { fields throws(FieldError) in try ActivationLayer.leakyReLU(&fields) },
        "LogSoftmax": { _ throws(FieldError) in ActivationLayer(.logSoftmax) },
        "MaxPooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 1) },
        "MaxPooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 2) },
        "ReLU": { _ throws(FieldError) in ActivationLayer(.relu) },
        "Reshape": { fields throws(FieldError) in try ReshapeLayer(&fields) },
        "SELU": { _ throws(FieldError) in ActivationLayer(.selu) },
        "Sigmoid": { _ throws(FieldError) in ActivationLayer(.sigmoid) },
        "SimpleRNN": { fields throws(FieldError) in try RecurrentLayer(&fields, .rnn(.tanh)) },
        "Softmax": { _ throws(FieldError) in ActivationLayer(.softmax) },
        "Softplus": { _ throws(FieldError) in ActivationLayer(.softplus) },
        "Tanh": { _ throws(FieldError) in ActivationLayer(.tanh) },
    ]

    /// PyTorch's names of layers that Keras calls otherwise.
    private static let aliases = [
        "AvgPool1d": "AveragePooling1D", "AvgPool2d": "AveragePooling2D", "Conv1d": "Conv1D", "Conv2d": "Conv2D",
        "Linear": "Dense", "MaxPool1d": "MaxPooling1D", "MaxPool2d": "MaxPooling2D", "RNN": "SimpleRNN",
    ]

    /// All names, sorted.
    static var names: [String] { layers.keys.sorted() }

    /// The name a layer type is written by; nil when there is none of that name.
    static func canonicalName(_ type: String) -> String? {
        let name = aliases[type] ?? type
        return layers[name] == nil ? nil : name
    }

    /// Reads a layer's settings.
    static func layer(_ type: String, _ fields: inout JSONFields) throws(FieldError) -> any Layer {
        guard let read = layers[type] else { preconditionFailure("\(type) is no canonical name") }
        return try read(&fields)
    }
}
