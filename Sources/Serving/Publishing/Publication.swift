import Glibc

/// Puts a checked bundle into the repository as the next version of a model.
///
/// All that may fail for lack of space comes first; what makes the version and its labels count are renames. Whatever
/// happens, the bundle is either where it was or is the version, and no version directory is ever half there.
struct Publication {
    let root: Directory
    let model: String
    let number: Int
    /// The model's directory; nil for a new model.
    let directory: Directory?
    /// The versions that are on disk already.
    let numbers: [Int]

    /// Plans the next version of a model. `newest` is the greatest number it ever had, as far as is known.
    /// - Throws: `ServingError.file` when the model's directory cannot take versions.
    init(model: String, in root: Directory, newest: Int) throws(ServingError) {
        self.root = root
        self.model = model
        let found =
            root.hasDirectory(model) ? try FoundModel(name: model, in: root, needsVersion: false) : nil
        if found?.isFlat == true {
            throw .file(model, reason: "has its model file beside the versions to be; move that to \(model)/1 first")
        }
        directory = found?.directory
        numbers = found?.versions.map(\.number) ?? []
        let last = max(newest, numbers.max() ?? 0)
        guard last < .max else { throw .file(model, reason: "has a version \(last), behind which there is no number") }
        number = last + 1
    }

    /// Moves the bundle. Afterwards `bundle` is gone and the version and `labels` are there, and last.
    /// - Throws: `ServingError.file`; the bundle is then where it was.
    func publish(_ bundle: FileTree, labels: VersionLabels) throws(ServingError) {
        let modelPath = if let directory { directory.path } else { try makeModelDirectory(labels) }
        let file = LabelFile(directory: modelPath, model: model)
        do throws(ServingError) {
            if directory != nil { try file.prepare(labels) }
            try place(bundle, at: "\(modelPath)/\(number)", in: modelPath, then: file)
        } catch {
            file.discard()
            if directory == nil { unsafe rmdir(modelPath) }
            throw error
        }
    }

    private var name: String { "\(model)/\(number)" }

    /// Moves the bundle to its place and makes the labels count, or neither.
    private func place(
        _ bundle: FileTree, at target: String, in modelPath: String, then file: LabelFile
    ) throws(ServingError) {
        switch try SystemFile.rename(bundle.path, to: target, name: name) {
        case .done:
            do throws(ServingError) {
                try commit(file, modelPath)
            } catch {
                _ = try SystemFile.rename(target, to: bundle.path, name: bundle.name)
                throw error
            }
            // The version is safe; that the bundle is gone from its old place may as well be found out later.
            try? SystemFile.synchronize(bundle.parentPath, name: bundle.name)
        case .otherDevice:
            let staging = try StagingArea(in: root)
            let copy = staging.newPath()
            do throws(ServingError) {
                try bundle.copy(to: copy)
                _ = try SystemFile.rename(copy, to: target, name: name)
                do throws(ServingError) {
                    try commit(file, modelPath)
                } catch {
                    _ = try SystemFile.rename(target, to: copy, name: name)
                    throw error
                }
            } catch {
                try? FileTree(path: copy, name: name).remove()
                throw error
            }
            Self.remove(bundle)
        }
    }

    /// Removes what has been copied: at once, so that nobody takes a part of it for a bundle.
    static func remove(_ bundle: FileTree) {
        let hidden = "\(bundle.parentPath)/.published-\(UInt64.random(in: 0 ... .max))"
        guard case .done? = try? SystemFile.rename(bundle.path, to: hidden, name: bundle.name) else { return }
        try? FileTree(path: hidden, name: bundle.name).remove()
    }

    private func commit(_ file: LabelFile, _ modelPath: String) throws(ServingError) {
        try SystemFile.synchronize(modelPath, name: model)
        try file.commit()
    }

    /// Makes the directory of a new model with one rename, the labels to come already in it: by them a crash before
    /// the version is there can be told from a directory that somebody forgot to fill.
    private func makeModelDirectory(_ labels: VersionLabels) throws(ServingError) -> String {
        let staging = try StagingArea(in: root)
        let new = staging.newPath()
        let path = "\(root.path)/\(model)"
        do throws(ServingError) {
            try SystemFile.makeDirectory(new, name: model)
            try LabelFile(directory: new, model: model).prepare(labels)
            try SystemFile.synchronize(new, name: model)
            _ = try SystemFile.rename(new, to: path, name: model)
            try SystemFile.synchronize(root.path, name: model)
        } catch {
            try? FileTree(path: new, name: model).remove()
            throw error
        }
        return path
    }

    /// Whether a directory of the repository is what a crash in `publish` left of a new model; removes it then.
    static func sweep(_ model: String, in root: Directory) -> Bool {
        guard let directory = try? root.directory(model), (try? directory.names())?.isEmpty == true,
            directory.hasFile(LabelFile.newFileName)
        else { return false }
        LabelFile(directory: directory.path, model: model).discard()
        return unsafe rmdir(directory.path) == 0
    }
}
