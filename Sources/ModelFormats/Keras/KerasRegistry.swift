import JSON

/// The layers of Keras by the names of their classes. Adding one means one line here.
enum KerasRegistry {
    private static let ends: [KerasSetting] = ["activation", "use_bias", "bias_initializer"]
    private static let format = KerasSetting("data_format", unless: "channels_last")
    private static let convolution: [KerasSetting] =
        ends + [format, "filters", "kernel_size", "strides", "padding", "dilation_rate", "kernel_initializer"]
    private static let depthwise: [KerasSetting] =
        ends + [
            format, "kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "depthwise_initializer",
        ]
    private static let separable: [KerasSetting] = depthwise + ["filters", "pointwise_initializer"]
    private static let pooling: [KerasSetting] = [format, "pool_size", "strides", "padding"]
    private static let globalPooling = [format, KerasSetting("keepdims", unless: false)]
    private static let adaptivePooling: [KerasSetting] = [format, "output_size"]
    private static let normalization: [KerasSetting] = ["epsilon", "center", "scale"]
    private static let cell: [KerasSetting] = [
        "units", KerasSetting("activation", unless: "tanh"), "use_bias", "kernel_initializer",
        "recurrent_initializer", "bias_initializer",
        KerasSetting("dropout", unless: 0), KerasSetting("recurrent_dropout", unless: 0),
    ]
    private static let gatedCell: [KerasSetting] =
        cell + [KerasSetting("recurrent_activation", unless: "sigmoid")]
    private static let sequence = ["return_sequences", "return_state", "go_backwards", "zero_output_for_mask"].map {
        KerasSetting($0, unless: false)
    }
    private static let slope = KerasSetting("negative_slope", unless: 0)
    private static let axis = KerasSetting("axis", unless: -1)

    private static let rules: [String: KerasRule] = [
        "Activation": KerasRule(["activation"]),
        "ActivityRegularization": KerasRule(as: "Identity"),
        "AdaptiveAveragePooling1D": KerasRule(adaptivePooling),
        "AdaptiveAveragePooling2D": KerasRule(adaptivePooling),
        "AdaptiveAveragePooling3D": KerasRule(adaptivePooling),
        "AdaptiveMaxPooling1D": KerasRule(adaptivePooling),
        "AdaptiveMaxPooling2D": KerasRule(adaptivePooling),
        "AdaptiveMaxPooling3D": KerasRule(adaptivePooling),
        "Add": KerasRule(),
        "AlphaDropout": KerasRule(["rate"]),
        "Average": KerasRule(),
        "AveragePooling1D": KerasRule(pooling),
        "AveragePooling2D": KerasRule(pooling),
        "AveragePooling3D": KerasRule(pooling),
        "BatchNormalization": KerasRule(normalization + ["momentum", axis], .batchNormalization),
        "Bidirectional": KerasRule(["layer", "backward_layer", "merge_mode"], .bidirectional),
        "Concatenate": KerasRule(["axis"]),
        "Conv1D": KerasRule(convolution + [KerasSetting("groups", unless: 1)], .kernel),
        "Conv1DTranspose": KerasRule(convolution + ["output_padding"], .kernel),
        "Conv2D": KerasRule(convolution + [KerasSetting("groups", unless: 1)], .kernel),
        "Conv2DTranspose": KerasRule(convolution + ["output_padding"], .kernel),
        "Conv3D": KerasRule(convolution + [KerasSetting("groups", unless: 1)], .kernel),
        "Conv3DTranspose": KerasRule(convolution + ["output_padding"], .kernel),
        "Cropping1D": KerasRule([format, "cropping"]),
        "Cropping2D": KerasRule([format, "cropping"]),
        "Cropping3D": KerasRule([format, "cropping"]),
        "Dense": KerasRule(ends + ["units", "kernel_initializer"], .kernel),
        "DepthwiseConv1D": KerasRule(depthwise, .depthwise),
        "DepthwiseConv2D": KerasRule(depthwise, .depthwise),
        "Dot": KerasRule(["axes", KerasSetting("normalize", unless: false)]),
        "Dropout": KerasRule(["rate"]),
        "ELU": KerasRule(["alpha"]),
        "Embedding": KerasRule(["input_dim", "output_dim", "mask_zero", "embeddings_initializer"], .embedding),
        "Flatten": KerasRule([format]),
        "GRU": KerasRule(gatedCell + sequence + ["reset_after"], .recurrent),
        "GRUCell": KerasRule(gatedCell + ["reset_after"], .recurrent),
        "GaussianDropout": KerasRule(["rate"]),
        "GaussianNoise": KerasRule(["stddev"]),
        "GlobalAveragePooling1D": KerasRule(globalPooling),
        "GlobalAveragePooling2D": KerasRule(globalPooling),
        "GlobalAveragePooling3D": KerasRule(globalPooling),
        "GlobalMaxPooling1D": KerasRule(globalPooling),
        "GlobalMaxPooling2D": KerasRule(globalPooling),
        "GlobalMaxPooling3D": KerasRule(globalPooling),
        "GroupNormalization": KerasRule(normalization + ["groups", axis], .scaleAndShift),
        "Identity": KerasRule(),
        "LSTM": KerasRule(gatedCell + sequence + ["unit_forget_bias"], .recurrent),
        "LSTMCell": KerasRule(gatedCell + ["unit_forget_bias"], .recurrent),
        "LayerNormalization": KerasRule(normalization + [axis], .scaleAndShift),
        "LeakyReLU": KerasRule(["negative_slope", KerasSetting("alpha", as: "negative_slope")]),
        "Masking": KerasRule(["mask_value"]),
        "MaxPooling1D": KerasRule(pooling),
        "MaxPooling2D": KerasRule(pooling),
        "MaxPooling3D": KerasRule(pooling),
        "Maximum": KerasRule(),
        "Minimum": KerasRule(),
        "Multiply": KerasRule(),
        "Normalization": KerasRule(["axis", "mean", "variance", KerasSetting("invert", unless: false)], .statistics),
        "PReLU": KerasRule(["shared_axes"], .slopes),
        "Permute": KerasRule(["dims"]),
        "RMSNormalization": KerasRule(["epsilon", axis], .scale),
        "RNN": KerasRule(sequence + ["cell"], .cells),
        "RandomBrightness": .augmentation,
        "RandomContrast": .augmentation,
        "RandomFlip": .augmentation,
        "RandomHeight": .augmentation,
        "RandomRotation": .augmentation,
        "RandomShear": .augmentation,
        "RandomTranslation": .augmentation,
        "RandomWidth": .augmentation,
        "RandomZoom": .augmentation,
        "ReLU": KerasRule(["max_value", slope, KerasSetting("threshold", unless: 0)]),
        "RepeatVector": KerasRule(["n"]),
        "Rescaling": KerasRule(["scale", "offset"]),
        "Reshape": KerasRule(["target_shape"]),
        "SeparableConv1D": KerasRule(separable, .separable),
        "SeparableConv2D": KerasRule(separable, .separable),
        "SimpleRNN": KerasRule(cell + sequence, .recurrent),
        "SimpleRNNCell": KerasRule(cell, .recurrent),
        "Softmax": KerasRule([axis]),
        "SpatialDropout1D": KerasRule(["rate"]),
        "SpatialDropout2D": KerasRule([format, "rate"]),
        "SpatialDropout3D": KerasRule([format, "rate"]),
        "StackedRNNCells": KerasRule(["cells"], .cells),
        "Subtract": KerasRule(),
        "TimeDistributed": KerasRule(["layer"], .wrapped),
        "UnitNormalization": KerasRule([axis]),
        "UpSampling1D": KerasRule(["size"]),
        "UpSampling2D": KerasRule([format, "size", KerasSetting("interpolation", unless: "nearest")]),
        "UpSampling3D": KerasRule([format, "size"]),
        "ZeroPadding1D": KerasRule([format, "padding"]),
        "ZeroPadding2D": KerasRule([format, "padding"]),
        "ZeroPadding3D": KerasRule([format, "padding"]),
    ]

    /// Whether there is a layer of that class.
    static func has(_ className: String) -> Bool { rules[className] != nil }

    /// Whether a layer changes images in training: Keras calls it for training in every model, and not in predictions.
    static func augments(_ object: KerasObject) -> Bool { rules[object.className]?.ignoresSettings ?? false }

    /// The rule of a class.
    /// - Throws: `FieldError` for a class that Apus has no layer for.
    static func rule(_ object: KerasObject) throws(FieldError) -> KerasRule {
        guard let rule = rules[object.className] else {
            throw FieldError(
                path: "\(object.path).class_name",
                expected: "a layer that Apus has (export the model to ONNX, or replace the layer by one of "
                    + "\(rules.keys.sorted().joined(separator: ", ")))",
                found: object.described)
        }
        return rule
    }
}
