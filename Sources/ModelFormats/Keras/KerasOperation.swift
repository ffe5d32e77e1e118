import JSON

/// Functions of `keras.ops` between tensors that are layers of an architecture: `x + y`, `x * 2`.
enum KerasOperation {
    /// Names of the layers that do the same with several tensors.
    private static let joining = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate"]

    /// Names of activations by those of functions that have no settings.
    private static let activations = [
        "Exp": "exponential", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardTanh": "hard_tanh",
        "LogSigmoid": "log_sigmoid", "Relu": "relu", "Relu6": "relu6", "Selu": "selu", "Sigmoid": "sigmoid",
        "Silu": "silu", "Softplus": "softplus", "Softsign": "softsign", "Tanh": "tanh",
    ]

    /// The layer's members.
    /// - Throws: `FieldError` for a function that no layer stands for.
    static func members(_ object: KerasObject, _ call: KerasCall) throws(FieldError) -> [JSONMember] {
        let name = object.className
        if call.numbers.isEmpty, call.inputs.count >= 2, joining.contains(name) {
            let axis = call.settings.first { $0.name == "axis" }?.value ?? object.value("axis")
            guard name == "Concatenate", let axis else { return [JSONMember("type", .string(name))] }
            return [JSONMember("type", "Concatenate"), JSONMember("axis", axis)]
        }
        if call.numbers.count == 1, call.inputs.count == 1, call.settings.isEmpty,
            let (scale, offset) = affine(name, call.numbers[0].value, isFirst: call.numbers[0].place == 0)
        {
            return [
                JSONMember("type", "Rescaling"), JSONMember("scale", .number(scale)),
                JSONMember("offset", .number(offset)),
            ]
        }
        if call.numbers.isEmpty, call.inputs.count == 1, call.settings.isEmpty, let members = activation(object) {
            return members
        }
        throw FieldError(
            path: "\(object.path).class_name",
            expected:
                "sums and products of tensors and numbers, or activations (use a layer instead, or export the model to ONNX)",
            found: "\(object.described) of keras.ops")
    }

    /// The layer of an activation; nil for other functions.
    private static func activation(_ object: KerasObject) -> [JSONMember]? {
        func layer(_ type: String, _ setting: String) -> [JSONMember]? {
            object.value(setting).map { [JSONMember("type", .string(type)), JSONMember(setting, $0)] }
        }
        switch object.className {
        case "Elu": return layer("ELU", "alpha")
        case "LeakyRelu": return layer("LeakyReLU", "negative_slope")
        case "Softmax": return layer("Softmax", "axis")
        case "ReLU":
            let settings = ["max_value", "negative_slope", "threshold"]
            return [JSONMember("type", "ReLU")]
                + settings.compactMap { name in object.value(name).map { JSONMember(name, $0) } }
        case "Gelu":
            let type = JSONMember("type", "GELU")
            return object.value("approximate") == true ? [type, JSONMember("approximate", "tanh")] : [type]
        default:
            guard let name = activations[object.className] else { return nil }
            return [JSONMember("type", "Activation"), JSONMember("activation", .string(name))]
        }
    }

    /// x · scale + offset for a function of x and a number, which may come first.
    private static func affine(_ name: String, _ number: Double, isFirst: Bool) -> (scale: Double, offset: Double)? {
        switch name {
        case "Add": (1, number)
        case "Subtract": isFirst ? (-1, number) : (1, -number)
        case "Multiply": (number, 0)
        case "Divide", "TrueDivide": isFirst || number == 0 ? nil : (1 / number, 0)
        case "Negative": nil
        default: nil
        }
    }
}
