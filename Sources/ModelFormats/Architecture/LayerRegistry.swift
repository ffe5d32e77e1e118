import Graphs
import JSON

/// The layers by the names that `architecture.json` calls them. Adding a layer means its file in `Layers/` and one line
/// here.
enum LayerRegistry {
    typealias Read = @Sendable (inout JSONFields) throws(FieldError) -> any Layer

    private static let layers: [String: Read] = [
        "Activation": { fields throws(FieldError) in try ActivationLayer(&fields) },
        "ActivityRegularization": { fields throws(FieldError) in try IdentityLayer(regularization: &fields) },
        "AdaptiveAveragePooling1D": { fields throws(FieldError) in
            try AdaptivePoolingLayer(&fields, .average, rank: 1)
        },
        "AdaptiveAveragePooling2D": { fields throws(FieldError) in
            try AdaptivePoolingLayer(&fields, .average, rank: 2)
        },
        "AdaptiveAveragePooling3D": { fields throws(FieldError) in
            try AdaptivePoolingLayer(&fields, .average, rank: 3)
        },
        "AdaptiveMaxPooling1D": { fields throws(FieldError) in try AdaptivePoolingLayer(&fields, .maximum, rank: 1) },
        "AdaptiveMaxPooling2D": { fields throws(FieldError) in try AdaptivePoolingLayer(&fields, .maximum, rank: 2) },
        "AdaptiveMaxPooling3D": { fields throws(FieldError) in try AdaptivePoolingLayer(&fields, .maximum, rank: 3) },
        "Add": { fields throws(FieldError) in try JoiningLayer(&fields, .add) },
        "AlphaDropout": { fields throws(FieldError) in try NoiseLayer(&fields, .alphaDropout) },
        "Average": { fields throws(FieldError) in try JoiningLayer(&fields, .average) },
        "AveragePooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 1) },
        "AveragePooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 2) },
        "AveragePooling3D": { fields throws(FieldError) in try PoolingLayer(&fields, .average, rank: 3) },
        "BatchNormalization": { fields throws(FieldError) in try BatchNormalizationLayer(&fields) },
        "Bidirectional": { fields throws(FieldError) in try BidirectionalLayer(&fields) },
        "CELU": { fields throws(FieldError) in try ActivationLayer.celu(&fields) },
        "Concatenate": { fields throws(FieldError) in try ConcatenateLayer(&fields) },
        "Conv1D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 1) },
        "Conv1DTranspose": { fields throws(FieldError) in try TransposedConvolutionLayer(&fields, rank: 1) },
        "Conv2D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 2) },
        "Conv2DTranspose": { fields throws(FieldError) in try TransposedConvolutionLayer(&fields, rank: 2) },
        "Conv3D": { fields throws(FieldError) in try ConvolutionLayer(&fields, rank: 3) },
        "Conv3DTranspose": { fields throws(FieldError) in try TransposedConvolutionLayer(&fields, rank: 3) },
        "Cropping1D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 1, isCropping: true) },
        "Cropping2D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 2, isCropping: true) },
        "Cropping3D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 3, isCropping: true) },
        "Dense": { fields throws(FieldError) in try DenseLayer(&fields) },
        "DepthwiseConv1D": { fields throws(FieldError) in try ConvolutionLayer(depthwise: &fields, rank: 1) },
        "DepthwiseConv2D": { fields throws(FieldError) in try ConvolutionLayer(depthwise: &fields, rank: 2) },
        "Dot": { fields throws(FieldError) in try DotLayer(&fields) },
        "Dropout": { fields throws(FieldError) in try NoiseLayer(&fields, .dropout) },
        "ELU": { fields throws(FieldError) in try ActivationLayer.elu(&fields) },
        "Embedding": { fields throws(FieldError) in try EmbeddingLayer(&fields) },
        "Flatten": { _ throws(FieldError) in FlattenLayer() },
        "GELU": { fields throws(FieldError) in try ActivationLayer.gelu(&fields) },
        "GLU": { _ throws(FieldError) in ActivationLayer(.glu) },
        "GRU": { fields throws(FieldError) in try RecurrentLayer(&fields, .gru(resetsAfterProduct: true)) },
        "GaussianDropout": { fields throws(FieldError) in try NoiseLayer(&fields, .gaussianDropout) },
        "GaussianNoise": { fields throws(FieldError) in try NoiseLayer(&fields, .gaussianNoise) },
        "GlobalAveragePooling1D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .average, rank: 1) },
        "GlobalAveragePooling2D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .average, rank: 2) },
        "GlobalAveragePooling3D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .average, rank: 3) },
        "GlobalMaxPooling1D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .maximum, rank: 1) },
        "GlobalMaxPooling2D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .maximum, rank: 2) },
        "GlobalMaxPooling3D": { fields throws(FieldError) in try GlobalPoolingLayer(&fields, .maximum, rank: 3) },
        "GroupNormalization": { fields throws(FieldError) in try GroupNormalizationLayer(&fields) },
        "Hardsigmoid": { _ throws(FieldError) in ActivationLayer(.hardSigmoid(slope: 1 / 6)) },
        "Hardswish": { _ throws(FieldError) in ActivationLayer(.hardSilu) },
        "Hardtanh": { _ throws(FieldError) in ActivationLayer(.hardTanh) },
        "Identity": { _ throws(FieldError) in IdentityLayer() },
        "LSTM": { fields throws(FieldError) in try RecurrentLayer(&fields, .lstm) },
        "LayerNormalization": { fields throws(FieldError) in
            try SampleNormalizationLayer(&fields, isRootMeanSquare: false)
        },
        "LeakyReLU": { fields throws(FieldError) in try ActivationLayer.leakyReLU(&fields) },
        "LogSigmoid": { _ throws(FieldError) in ActivationLayer(.logSigmoid) },
        "LogSoftmax": { fields throws(FieldError) in try SoftmaxLayer(&fields, isLogarithm: true) },
        "Masking": { fields throws(FieldError) in try MaskingLayer(&fields) },
        "MaxPooling1D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 1) },
        "MaxPooling2D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 2) },
        "MaxPooling3D": { fields throws(FieldError) in try PoolingLayer(&fields, .maximum, rank: 3) },
        "Maximum": { fields throws(FieldError) in try JoiningLayer(&fields, .maximum) },
        "Minimum": { fields throws(FieldError) in try JoiningLayer(&fields, .minimum) },
        "Mish": { _ throws(FieldError) in ActivationLayer(.mish) },
        "Multiply": { fields throws(FieldError) in try JoiningLayer(&fields, .multiply) },
        "Normalization": { fields throws(FieldError) in try NormalizationLayer(&fields) },
        "PReLU": { fields throws(FieldError) in try PReLULayer(&fields) },
        "Permute": { fields throws(FieldError) in try PermuteLayer(&fields) },
        "RMSNormalization": { fields throws(FieldError) in
            try SampleNormalizationLayer(&fields, isRootMeanSquare: true)
        },
        "RNN": { fields throws(FieldError) in try RecurrentLayer(cells: &fields) },
        "ReLU": { fields throws(FieldError) in try ReLULayer(&fields) },
        "ReLU6": { _ throws(FieldError) in ActivationLayer(.relu6) },
        "RepeatVector": { fields throws(FieldError) in try RepeatVectorLayer(&fields) },
        "Rescaling": { fields throws(FieldError) in try RescalingLayer(&fields) },
        "Reshape": { fields throws(FieldError) in try ReshapeLayer(&fields) },
        "SELU": { _ throws(FieldError) in ActivationLayer(.selu) },
        "SeparableConv1D": { fields throws(FieldError) in try SeparableConvolutionLayer(&fields, rank: 1) },
        "SeparableConv2D": { fields throws(FieldError) in try SeparableConvolutionLayer(&fields, rank: 2) },
        "SiLU": { _ throws(FieldError) in ActivationLayer(.silu) },
        "Sigmoid": { _ throws(FieldError) in ActivationLayer(.sigmoid) },
        "SimpleRNN": { fields throws(FieldError) in try RecurrentLayer(&fields, .rnn) },
        "Softmax": { fields throws(FieldError) in try SoftmaxLayer(&fields, isLogarithm: false) },
        "Softplus": { _ throws(FieldError) in ActivationLayer(.softplus) },
        "Softsign": { _ throws(FieldError) in ActivationLayer(.softsign) },
        "SpatialDropout1D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 1) },
        "SpatialDropout2D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 2) },
        "SpatialDropout3D": { fields throws(FieldError) in try NoiseLayer(&fields, spatialRank: 3) },
        "Subtract": { fields throws(FieldError) in try JoiningLayer(&fields, .subtract) },
        "Tanh": { _ throws(FieldError) in ActivationLayer(.tanh) },
        "Tanhshrink": { _ throws(FieldError) in ActivationLayer(.tanhShrink) },
        "ThresholdedReLU": { fields throws(FieldError) in try ReLULayer(thresholded: &fields) },
        "TimeDistributed": { fields throws(FieldError) in try TimeDistributedLayer(&fields) },
        "UnitNormalization": { fields throws(FieldError) in try UnitNormalizationLayer(&fields) },
        "UpSampling1D": { fields throws(FieldError) in try UpSamplingLayer(&fields, rank: 1) },
        "UpSampling2D": { fields throws(FieldError) in try UpSamplingLayer(&fields, rank: 2) },
        "UpSampling3D": { fields throws(FieldError) in try UpSamplingLayer(&fields, rank: 3) },
        "ZeroPadding1D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 1, isCropping: false) },
        "ZeroPadding2D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 2, isCropping: false) },
        "ZeroPadding3D": { fields throws(FieldError) in try PaddingLayer(&fields, rank: 3, isCropping: false) },
    ]

    /// PyTorch's names of layers that Keras calls otherwise.
    private static let aliases = [
        "AvgPool1d": "AveragePooling1D", "AvgPool2d": "AveragePooling2D", "AvgPool3d": "AveragePooling3D",
        "BatchNorm1d": "BatchNormalization", "BatchNorm2d": "BatchNormalization", "BatchNorm3d": "BatchNormalization",
        "Conv1d": "Conv1D", "Conv2d": "Conv2D", "Conv3d": "Conv3D", "ConvTranspose1d": "Conv1DTranspose",
        "ConvTranspose2d": "Conv2DTranspose", "ConvTranspose3d": "Conv3DTranspose", "GroupNorm": "GroupNormalization",
        "LayerNorm": "LayerNormalization", "Linear": "Dense", "MaxPool1d": "MaxPooling1D", "MaxPool2d": "MaxPooling2D",
        "MaxPool3d": "MaxPooling3D", "RMSNorm": "RMSNormalization", "RNN": "SimpleRNN", "ZeroPad1d": "ZeroPadding1D",
        "ZeroPad2d": "ZeroPadding2D", "ZeroPad3d": "ZeroPadding3D",
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
        let layer = try read(&fields)
        guard hasFormat(type), try fields.choice("data_format", of: ImageFormat.self) == .channelsFirst else {
            return layer
        }
        return ChannelsFirstLayer(layer: layer, isStated: true)
    }

    private enum ImageFormat: String, CaseIterable {
        case channelsLast = "channels_last"
        case channelsFirst = "channels_first"
    }

    /// Whether a layer takes images, whose channels `data_format` may place first.
    private static func hasFormat(_ type: String) -> Bool {
        type == "Flatten" || ["1D", "2D", "3D", "DTranspose"].contains { type.hasSuffix($0) }
    }
}
