import JSON

/// Functions of `keras.ops` between tensors that are layers of an architecture: `x + y`, `x * 2`.
enum KerasOperation {
    /// Names of the layers that do the same with several tensors.
    private static let joining = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate"]

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
        throw FieldError(
            path: "\(object.path).class_name",
            expected: "sums and products of tensors and numbers (use a layer instead, or export the model to ONNX)",
            found: "\(object.described) of keras.ops")
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
