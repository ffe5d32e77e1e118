import ModelFormats

extension ModelConfiguration {
    /// Reads the `apus.toml` that a version goes by: it lies beside the numbered versions of a model, or in the directory of
    /// a model that is its own only version. Defaults without one.
    /// - Parameter path: The version's directory.
    /// - Throws: `ServingError.file`, `.invalidTOML`, `.unknownKey` or `.invalidValue`.
    package init(ofVersion path: String) throws(ServingError) {
        let isNumbered = Int(path.lastPathComponent) != nil
        let directory = try Directory(root: isNumbered ? "\(path)/.." : path)
        if let text = try VersionLoader.configurationText(in: directory) {
            self = try ModelConfiguration(toml: text)
        } else {
            self.init()
        }
    }
}
