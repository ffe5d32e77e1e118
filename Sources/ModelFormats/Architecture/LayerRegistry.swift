import JSON

/// The layers by the names that `architecture.json` calls them. Adding a layer means its file in `Layers/` and one line
/// here.
enum LayerRegistry {
    typealias Read = @Sendable (inout JSONFields) throws(FieldError) -> any Layer

    private static let layers: [String: Read] = [
        "Activation": { fields throws(FieldError) in try ActivationLayer(&fields) },
        "Add": { _ throws(FieldError) in JoiningLayer(.add) },
        "AveragePooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 1) },
        "AveragePooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 2) },
        "BatchNormalization": { fields throws(FieldError) in try BatchNormalizationLayer(&fields) },
        "Bidirectional": { fields throws(FieldError) in try BidirectionalLayer(&fields) },
        "Concatenate": { fields throws(FieldError) in try JoiningLayer(concatenate: &fields) },
        "Conv1D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 1) },
        "Conv2D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 2) },
        "Dense": { fields throws(FieldError) in try DenseLayer(&fields) },
        "DepthwiseConv2D": { fields throws(FieldError) in try ConvolutionLayer(depthwise: &fields) },
        "Dropout": { fields throws(FieldError) in try DropoutLayer(&fields) },
        "ELU": { fields throws(FieldError) in try ActivationLayer.elu(&fields) },
        "Embedding": { fields throws(FieldError) in try EmbeddingLayer(&fields) },
        "Flatten": { _ throws(FieldError) in FlattenLayer() },
        "GELU": { fields throws(FieldError) in try ActivationLayer.gelu(&fields) },
        "GRU": { fields throws(FieldError) in try RecurrentLayer(&fields, .gru) },
        "GlobalAveragePooling1D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .average, rank: 1) },
        "GlobalAveragePooling2D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .average, rank: 2) },
        "GlobalMaxPooling1D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .maximum, rank: 1) },
        "GlobalMaxPooling2D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .maximum, rank: 2) },
        "LSTM": { fields throws(FieldError) in try RecurrentLayer(&fields, .lstm) },
        "LeakyReLU": { fields throws(FieldError) in try ActivationLayer.leakyReLU(&fields) },
        "LogSoftmax": { _ throws(FieldError) in ActivationLayer(.logSoftmax) },
        "Masking": { fields throws(FieldError) in try MaskingLayer(&fields) },
        "MaxPooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 1) },
        "MaxPooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 2) },
        "Multiply": { _ throws(FieldError) in JoiningLayer(.multiply) },
        "ReLU": { _ throws(FieldError) in ActivationLayer(.relu) },
        "Reshape": { fields throws(FieldError) in try ReshapeLayer(&fields) },
        "SELU": { _ throws(FieldError) in ActivationLayer(.selu) },
        "Sigmoid": { _ throws(FieldError) in ActivationLayer(.sigmoid) },
        "SimpleRNN": { fields throws(FieldError) in try RecurrentLayer(&fields, .rnn(.tanh)) },
        "Softmax": { _ throws(FieldError) in ActivationLayer(.softmax) },
        "Softplus": { _ throws(FieldError) in ActivationLayer(.softplus) },
        "Subtract": { _ throws(FieldError) in JoiningLayer(.subtract) },
        "Tanh": { _ throws(FieldError) in ActivationLayer(.tanh) },
    ]

    /// PyTorch's names of layers that Keras calls otherwise.
    private static let aliases = [
        "AvgPool1d": "AveragePooling1D", "AvgPool2d": "AveragePooling2D", "BatchNorm1d": "BatchNormalization",
        "BatchNorm2d": "BatchNormalization", "Conv1d": "Conv1D", "Conv2d": "Conv2D",
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
