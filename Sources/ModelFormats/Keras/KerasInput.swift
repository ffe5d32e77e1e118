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
                expected:
                    "the shape of the input, [batch, size, …] (build the model, or call it once, before saving it)",
                found: shape?.text ?? "none")
        }
        guard sizes.count < 3 || !sizes[2...].contains(.null) else {
            throw FieldError(
                path: object.path,
                expected:
                    "an input of known sizes, of which the first may be free (save a copy for one size, with its weights: "
                    + "keras.models.clone_model(model, input_tensors=keras.Input((224, 224, 3))))",
                found: JSONValue.array(sizes).text)
        }
        return .array(Array(sizes.dropFirst()))
    }
}
