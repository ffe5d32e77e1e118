package import ModelFormats
package import Tensors

/// `apus inspect`: what a file says of itself, and what Apus makes of it when it is a model that can be loaded.
package struct FileInspection: Sendable {
    /// What the headers say.
    package private(set) var contents: FileContents
    /// The model loaded and compiled; nil for what is no model, cannot be loaded, or was not asked to be.
    package private(set) var model: Inspection?
    /// Bytes of the file, or of all files in its directory.
    package let fileBytes: Int
    /// Whether it was tried to load the model.
    private let wasLoaded: Bool

    /// - Parameters:
    ///   - path: A file, a version's directory, or a model's, whose newest version is taken.
    ///   - sizes: Values of the model's free sizes.
    ///   - kernels: What the model is compiled for; nil reads nothing but headers.
    /// - Throws: `DaemonError.model` for what cannot be read at all, and `.usage`.
    package init(path: String, sizes: ChosenSizes = ChosenSizes(), kernels: Kernels?) throws(DaemonError) {
        let place = LoadedModel.newestVersion(path)
        do throws(ModelFormatError) {
            contents = try FileContents.read(path: place)
        } catch {
            if case .unreadable(_, let reason) = error { throw .model(path, reason: reason) }
            throw .model(path, reason: "\(error)")
        }
        fileBytes = Files.byteCount(place)
        wasLoaded = kernels != nil && contents.isModel
        guard let kernels, contents.isModel, contents.problems.isEmpty else { return }
        do throws(DaemonError) {
            model = try Inspection(try LoadedModel(path: path, kernels: kernels), sizes: sizes)
        } catch {
            guard case .model(_, let reason) = error else { throw error }
            contents.problems.append(reason)
        }
    }

    /// Why Apus cannot load it, when it is meant to be a model: the first reason, and how many more there are.
    package var refusal: String? {
        guard contents.isModel, let first = contents.problems.first else { return nil }
        return contents.problems.count == 1 ? first : "\(first) (and \(contents.problems.count - 1) more reasons)"
    }
}

extension FileInspection {
    /// Whether Apus can load it, in a few words.
    private var verdict: String {
        guard contents.isModel else { return "no: it is no model by itself" }
        guard contents.problems.isEmpty else { return "no" }
        return wasLoaded ? "yes" : "nothing in the headers speaks against it"
    }

    /// For people, in lines.
    package var text: String {
        var rows =
            model?.rows
            ?? [
                ("format", contents.format), ("inputs", contents.inputs.joined(separator: "; ")),
                ("outputs", contents.outputs.joined(separator: "; ")), ("file", "\(fileBytes) bytes"),
            ].filter { !$0.1.isEmpty }
        rows += contents.facts.map { ($0.name, $0.value) }
        rows.append(("can be loaded", verdict))
        rows += contents.problems.map { ("because", $0) }
        var text = rows.map { Inspection.line($0, $1) }.joined()
        let width = contents.parts.map(\.type.count).max() ?? 0
        for (index, part) in contents.parts.enumerated() {
            let type = part.type + String(repeating: " ", count: width - part.type.count)
            text += Inspection.line(
                index == 0 ? "layers" : "",
                part.shape.isEmpty ? "\(type) \(part.name)" : "\(type) \(part.name) \(part.shape)")
        }
        for (index, tensor) in contents.tensors.enumerated() {
            text += Inspection.line(
                index == 0 ? "tensors" : "", "\(tensor.name) \(tensor.dtype)\(tensor.shape) \(tensor.byteCount) bytes")
        }
        return text
    }
}
