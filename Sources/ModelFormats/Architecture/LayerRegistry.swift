import Graphs
import JSON

/// The layers by the names that `architecture.json` calls them. Adding a layer means its file in `Layers/` and one line
/// here.
enum LayerRegistry {
    typealias Read = @Sendable (inout JSONFields) throws(FieldError) -> any Layer

    private static let layers: [String: Read] = [
        "Activation": { fields throws(FieldError) in try ActivationLayer(&fields) },
        "ActivityRegularization": { fields throws(FieldError) in try IdentityLayer(regularization: &fields) },
        "Add": { _ throws(FieldError) in JoiningLayer(.add) },
        "AlphaDropout": { fields throws(FieldError) in try NoiseLayer(&fields, .alphaDropout) },
        "Average": { _ throws(FieldError) in JoiningLayer(.average) },
        "AveragePooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 1) },
        "AveragePooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 2) },
        "BatchNormalization": { fields throws(FieldError) in try BatchNormalizationLayer(&fields) },
        "Bidirectional": { fields throws(FieldError) in try BidirectionalLayer(&fields) },
        "Concatenate": { fields throws(FieldError) in try ConcatenateLayer(&fields) },
        "Conv1D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 1) },
        "Conv2D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 2) },
        "Dense": { fields throws(FieldError) in try DenseLayer(&fields) },
        "DepthwiseConv2D": { fields throws(FieldError) in try ConvolutionLayer(depthwise: &fields) },
        "Dot": { fields throws(FieldError) in try DotLayer(&fields) },
        "Dropout": { fields throws(FieldError) in try NoiseLayer(&fields, .dropout) },
        "ELU": { fields throws(FieldError) in try ActivationLayer.elu(&fields) },
        "Embedding": { fields throws(FieldError) in try EmbeddingLayer(&fields) },
        "Flatten": { _ throws(FieldError) in FlattenLayer() },
        "GELU": { fields throws(FieldError) in try ActivationLayer.gelu(&fields) },
        "GRU": { fields throws(FieldError) in try RecurrentLayer(&fields, .gru(resetsAfterProduct: true)) },
        "GaussianDropout": { fields throws(FieldError) in try NoiseLayer(&fields, .gaussianDropout) },
        "GaussianNoise": { fields throws(FieldError) in try NoiseLayer(&fields, .gaussianNoise) },
        "GlobalAveragePooling1D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .average, rank: 1) },
        "GlobalAveragePooling2D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .average, rank: 2) },
        "GlobalMaxPooling1D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .maximum, rank: 1) },
        "GlobalMaxPooling2D": { _ throws(FieldError) in GlobalPoolingLayer(kind: .maximum, rank: 2) },
        "Identity": { _ throws(FieldError) in IdentityLayer() },
        "LSTM": { fields throws(FieldError) in try RecurrentLayer(&fields, .lstm) },
        "LeakyReLU": { fields throws(FieldError) in try ActivationLayer.leakyReLU(&fields) },
        "LogSoftmax": { _ throws(FieldError) in ActivationLayer(.logSoftmax) },
        "Masking": { fields throws(FieldError) in try MaskingLayer(&fields) },
        "MaxPooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 1) },
        "MaxPooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 2) },
        "Maximum": { _ throws(FieldError) in JoiningLayer(.maximum) },
        "Minimum": { _ throws(FieldError) in JoiningLayer(.minimum) },
        "Multiply": { _ throws(FieldError) in JoiningLayer(.multiply) },
        "Permute": { fields throws(FieldError) in try PermuteLayer(&fields) },
        "RNN": { fields throws(FieldError) in try RecurrentLayer(cells: &fields) },
        "ReLU": { _ throws(FieldError) in ActivationLayer(.relu) },
        "RepeatVector": { fields throws(FieldError) in try RepeatVectorLayer(&fields) },
        "Reshape": { fields throws(FieldError) in try ReshapeLayer(&fields) },
        "SELU": { _ throws(FieldError) in ActivationLayer(.selu) },
        "Sigmoid": { _ throws(FieldError) in ActivationLayer(.sigmoid) },
        "SimpleRNN": { fields throws(FieldError) in try RecurrentLayer(&fields, .rnn) },
        "Softmax": { _ throws(FieldError) in ActivationLayer(.softmax) },
        "Softplus": { _ throws(FieldError) in ActivationLayer(.softplus) },
        "SpatialDropout1D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 1) },
        "SpatialDropout2D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 2) },
        "SpatialDropout3D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 3) },
        "Subtract": { _ throws(FieldError) in JoiningLayer(.subtract) },
        "Tanh": { _ throws(FieldError) in ActivationLayer(.tanh) },
        "TimeDistributed": { fields throws(FieldError) in try TimeDistributedLayer(&fields) },
    ]

    /// PyTorch's names of layers that Keras calls otherwise.
    private static let aliases = [
        "AvgPool1d": "AveragePooling1D", "AvgPool2d": "AveragePooling2D", "BatchNorm1d": "BatchNormalization",
        "BatchNorm2d": "BatchNormalization", "Conv1d": "Conv1D", "Conv2d": "Conv2D",
        "Linear": "Dense", "MaxPool1d": "MaxPooling1D", "MaxPool2d": "MaxPooling2D", "RNN": "SimpleRNN",
    ]

    /// All names, sorted.
    static var names: [String] { layers.keys.sorted() }

    /// The name a layer type is written by; nil when there is none of that name. Keras's `RNN` has a cell, PyTorch's not.
    static func canonicalName(_ type: String, hasCell: Bool = false) -> String? {
        let name = hasCell && type == "RNN" ? type : aliases[type] ?? type
        return layers[name] == nil ? nil : name
    }

    /// Reads a layer's settings.
    static func layer(_ type: String, _ fields: inout JSONFields) throws(FieldError) -> any Layer {
        guard let read = layers[type] else { preconditionFailure("\(type) is no canonical name") }
        return try read(&fields)
    }
}
