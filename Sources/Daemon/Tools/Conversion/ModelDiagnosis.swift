import ModelFormats

/// Reads a model for writing it again, or says everything that keeps Apus from it.
enum ModelDiagnosis {
    /// - Throws: `DaemonError.model` with all reasons that are known.
    static func form(path: String) throws(DaemonError) -> ModelForm {
        do {
            return try ModelLoader.loadForm(path: LoadedModel.newestVersion(path))
        } catch .unreadable(_, let reason) {
            throw .model(path, reason: reason)
        } catch {
            throw .model(path, reason: "\(error)")
        }
    }
}
