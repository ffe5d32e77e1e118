import JSON
import ModelFormats

/// Why a model cannot be read: everything that is known, not only what came first.
package enum ModelDiagnosis {
    /// Reads a model for writing it again.
    /// - Throws: `DaemonError.model` with all reasons.
    static func form(path: String) throws(DaemonError) -> ModelForm {
        do throws(ModelFormatError) {
            return try ModelLoader.loadForm(path: LoadedModel.newestVersion(path))
        } catch {
            if case .unreadable(_, let reason) = error { throw .model(path, reason: reason) }
            throw .model(path, reason: reasons(path: path, first: error).joined(separator: "; "))
        }
    }

    /// All reasons against a model, `first` alone when its headers say nothing more.
    private static func reasons(path: String, first: ModelFormatError) -> [String] {
        let contents = try? FileContents.read(path: LoadedModel.newestVersion(path))
        guard let contents, contents.isModel, !contents.problems.isEmpty else { return ["\(first)"] }
        return contents.problems
    }

    /// A report of a model that cannot be converted, as JSON: why not.
    package static func refusal(of path: String, _ error: DaemonError) -> [UInt8] {
        let contents = try? FileContents.read(path: LoadedModel.newestVersion(path))
        var reasons = contents?.problems ?? []
        if reasons.isEmpty { reasons = [error.description] }
        return JSONValue.object([
            JSONMember("input", ["path": .string(path), "format": contents.map { .string($0.format) } ?? nil]),
            JSONMember("refused", JSONValue(reasons)),
        ]).bytes
    }
}
