import JSON

/// What a file of Keras holds.
struct KerasParts {
    /// `config.json`, or the attribute `model_config`.
    let config: JSONValue
    /// Keras's version, as the file has it; nil when it does not say.
    let version: String?
    /// Where the weights are.
    let weights: HDF5File
}
