import JSON

/// Reads what a model's input layer takes.
enum KerasInput {
    /// The shape of one sample, as `architecture.json` has it.
    /// - Parameters:
    ///   - object: The input layer.
    ///   - network: The model it belongs to, which may know the shape instead.
    /// - Returns: The sizes, null for those that are free.
    /// - Throws: `FieldError` when it is not known, or no tensor of numbers.
    static func shape(_ object: KerasObject, _ network: KerasNetwork) throws(FieldError) -> JSONValue {
        guard object.className == "InputLayer" else {
            throw FieldError(path: "\(object.path).class_name", expected: "InputLayer", found: object.described)
        }
        for name in ["sparse", "ragged"] {
            if let value = object.value(name), value != false { throw object.unsupported(name, "false", value) }
        }
        if let dtype = object.value("dtype")?.string, ["string", "complex64", "complex128"].contains(dtype) {
            throw object.unsupported("dtype", "numbers", .string(dtype))
        }
        let shape =
            object.value("batch_shape") ?? object.value("batch_input_shape")
            ?? object.value("input_shape").flatMap { $0.array.map { .array([.null] + $0) } } ?? network.builtShape
        guard let sizes = shape?.array, sizes.count >= 2 else {
            throw FieldError(
                path: object.path,
                expected: "the shape of the input, [batch, …] (build the model, or call it once, before saving it)",
                found: shape.map { JSONFields.text($0) } ?? "none")
        }
        return .array(Array(sizes.dropFirst()))
    }
}
