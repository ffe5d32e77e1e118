package import Preprocessing

/// How one model is served: the contents of its `apus.toml`. Every key is optional; unknown keys are refused.
package struct ModelConfiguration: Sendable, Equatable {
    /// `[model]`: what people want to know of it.
    package struct Model: Sendable, Equatable {
        /// One line for people. Default: empty.
        package var description = ""
        /// The name of each column of the first output, in order; as many as it has, or two for a single column, which
        /// is the probability of the second. Default: those that training wrote into the version.
        package var classNames: [String] = []
    }

    /// `[golden]`: the check before a version serves.
    package struct Golden: Sendable, Equatable {
        /// How far an output may be from `golden.safetensors`: absolutely up to 1, beyond that for each 1 of the
        /// output, because float32 has seven digits and not so many decimals. Default: 1e-4.
        package var tolerance = 1e-4
    }

    package var model = Model()
    package var batching = BatchingConfiguration()
    package var golden = Golden()
    package var versions = VersionConfiguration()
    /// `[preprocessing]`: what turns rows into the model's input, for versions that have no `preprocessing.json`.
    /// Default: none.
    package var preprocessing: StatedPreprocessing?

    package init() {}

    /// Reads the text of an `apus.toml`.
    /// - Throws: `ServingError.invalidTOML`, `.unknownKey` or `.invalidValue`.
    package init(toml text: String, file: String = "apus.toml") throws(ServingError) {
        let root = try TOMLSection(parsing: text, file: file)
        try root.refuseKeys(except: ["model", "batching", "golden", "versions", "preprocessing"])

        let model = try root.section("model")
        try model.refuseKeys(except: ["description", "class_names"])
        self.model.description = try model.string("description") ?? ""
        self.model.classNames = try model.strings("class_names") ?? []

        batching = try BatchingConfiguration(root.section("batching"))

        let golden = try root.section("golden")
        try golden.refuseKeys(except: ["tolerance"])
        self.golden.tolerance = try golden.number("tolerance", in: 0...1, default: self.golden.tolerance)

        versions = try VersionConfiguration(root.section("versions"))

        if let json = try root.section("preprocessing").json() {
            preprocessing = StatedPreprocessing(json, path: "preprocessing")
        }
    }
}
