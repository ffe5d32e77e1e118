import Synchronization

/// Changing what serves.
extension ModelRepository {
    /// Publishes a version: loads and checks the bundle where it is, moves it to `models/<name>/<n>`, and lets it
    /// serve. What served before stays loaded, so that `rollback` is instant. Blocks; not for an event loop.
    ///
    /// After an error everything is as before: the bundle is where it was, no new directory is there, and what served
    /// serves. A crash leaves the bundle where it was or published, or both when it comes from another device; a bundle
    /// with a manifest that a version has already is that version, and serves again.
    /// - Parameters:
    ///   - path: A directory as a version is, without links. It is gone afterwards.
    ///   - name: The model, which may be new.
    /// - Returns: The version's number, the next one of the model.
    /// - Throws: `ServingError.modelName`, `.file`, `.shuttingDown`, or why the version cannot be loaded.
    package func publish(_ path: String, as name: String) throws(ServingError) -> Int {
        guard FoundModel.isName(name) else { throw .modelName(name) }
        return try publications.exclusively(name) { () throws(ServingError) in
            let root = try Directory(root: configuration.directory)
            let bundle = try Directory(root: path, name: "bundle")
            let tree = try FileTree(path: bundle.path, name: "bundle")
            if let known = try version(of: name, like: bundle) {
                try set(label: VersionLabels.stable, of: name, to: known)
                Publication.remove(tree)
                return known
            }
            try tree.synchronize()
            while true {
                guard !state.withLock({ $0.isStopping }) else { throw .shuttingDown }
                // Other changes of the model, a rollback above all, do not wait until the version is loaded.
                let version = try load(bundle, as: name, plan(name, in: root))
                let isPublished = try changes.exclusively(name) { () throws(ServingError) in
                    try put(version, tree, in: root)
                }
                if isPublished { return version.number }
            }
        }
    }

    /// The version on disk that has the same manifest, so that all its files are the same.
    private func version(of name: String, like bundle: Directory) throws(ServingError) -> Int? {
        guard let manifest = try bundle.text(of: Self.manifestName, limit: Self.maximumManifestBytes) else {
            return nil
        }
        for version in try versionsOnDisk(of: name)
        where try version.directory.text(of: Self.manifestName, limit: Self.maximumManifestBytes) == manifest {
            return version.number
        }
        return nil
    }

    private static let manifestName = "MANIFEST.sha256"
    /// Largest manifest. Bytes.
    private static let maximumManifestBytes = 1 << 20

    private func plan(_ name: String, in root: Directory) throws(ServingError) -> Publication {
        let labels = try currentLabels(of: name, in: root)
        return try Publication(model: name, in: root, newest: newestNumber(of: name, labels))
    }

    private func load(
        _ bundle: Directory, as name: String, _ publication: Publication
    ) throws(ServingError) -> ModelVersion {
        var configuration = ModelConfiguration()
        if let directory = publication.directory { configuration = try VersionLoader.configuration(in: directory) }
        return try loader.load(
            FoundModel.Version(number: publication.number, directory: bundle), of: name, configuration)
    }

    /// Moves a loaded version to its place and lets it serve.
    /// - Returns: false when a version of that number was put there meanwhile, by hand.
    private func put(_ version: ModelVersion, _ tree: FileTree, in root: Directory) throws(ServingError) -> Bool {
        let publication = try plan(version.modelName, in: root)
        guard publication.number == version.number else { return false }
        var labels = try currentLabels(of: version.modelName, in: root)
        labels.serve(version.number, .published, time: Self.now())
        try publication.publish(tree, labels: labels)
        goLive(version, labels, numbers: publication.numbers + [version.number])
        return true
    }

    /// Lets the version serve again that served before the one that serves. Going back twice goes back two versions;
    /// `set(label:)` of `stable` goes forward again. A rollback is urgent: when it cannot be written down, such as on a
    /// full disk, it counts until the process ends, and `ModelSnapshot.unsaved` says so.
    /// - Returns: The number of the version that serves now.
    /// - Throws: `ServingError.modelNotFound`, `.noEarlierVersion`, or `.notReady` when the version is not loaded any
    ///   more and cannot be. What served then serves.
    package func rollback(_ name: String) throws(ServingError) -> Int {
        try changes.exclusively(name) { () throws(ServingError) in
            guard let model = state.withLock({ $0.models[name] }) else { throw .modelNotFound(name) }
            guard let serving = model.serving, let number = model.labels.previous(among: model.versions.keys) else {
                throw .noEarlierVersion(model: name, serving: model.serving?.number)
            }
            precondition(number != serving.number, "a model is rolled back to another version")
            let version = try loaded(name, number)
            var labels = model.labels
            labels.rollBack(to: number, time: Self.now())
            var unsaved: ServingError?
            do throws(ServingError) { try write(labels, of: name) } catch { unsaved = error }
            serve(name, version, labels, unsaved: unsaved)
            return number
        }
    }

    /// Gives a version a label, under which it can be asked from then on, and loads it if it is not. `stable` lets it
    /// serve.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, `.labelName`, `.tooManyLabels`, `.notReady` when the
    ///   version cannot be loaded, or `.file` when that cannot be written down.
    package func set(label: String, of name: String, to number: Int) throws(ServingError) {
        try changes.exclusively(name) { () throws(ServingError) in
            var labels = try labels(of: name)
            var serving: ModelVersion?
            if label == VersionLabels.stable {
                serving = try loaded(name, number)
                labels.serve(number, .set, time: Self.now())
            } else {
                try labels.set(label, to: number, time: Self.now())
                _ = try loaded(name, number)
            }
            try write(labels, of: name)
            serve(name, serving, labels)
        }
    }

    /// Takes a label away.
    /// - Throws: `ServingError.modelNotFound`, `.labelNotFound`, `.fixedLabel` for `stable`, or `.file`.
    package func remove(label: String, of name: String) throws(ServingError) {
        try changes.exclusively(name) { () throws(ServingError) in
            var labels = try labels(of: name)
            guard labels.versions[label] != nil else {
                throw .labelNotFound(model: name, label: label, known: labels.versions.keys.sorted())
            }
            guard label != VersionLabels.stable else { throw .fixedLabel(label) }
            labels.remove(label, time: Self.now())
            try write(labels, of: name)
            serve(name, nil, labels)
        }
    }

    /// The labels of a model that may be new, or on disk and not looked at yet.
    func currentLabels(of name: String, in root: Directory) throws(ServingError) -> VersionLabels {
        let known = state.withLock { $0.models[name].flatMap { $0.refusal == nil ? $0.labels : nil } }
        if let known { return known }
        return root.hasDirectory(name) ? try LabelFile.read(in: root.directory(name)) : VersionLabels()
    }

    /// The greatest number that a version of the model ever had, as far as is known without looking at the disk.
    private func newestNumber(of name: String, _ labels: VersionLabels) -> Int {
        max(labels.newest, state.withLock { $0.models[name]?.versions.keys.max() } ?? 0)
    }

    /// Shows a published version and lets it serve, in one step. `numbers` are the versions on disk.
    private func goLive(_ version: ModelVersion, _ labels: VersionLabels, numbers: [Int]) {
        let now = Self.now()
        _ = state.withLock { state in
            state.add(version.modelName, numbers: numbers, labels: labels, now: now)
            state.set(version.modelName, version.number, .ready(version), now: now)
            return state.serve(version.modelName, version, labels, limit: configuration.policy.limit, now: now)
        }
    }

    private func write(_ labels: VersionLabels, of name: String) throws(ServingError) {
        let directory = try Directory(root: configuration.directory).directory(name)
        try LabelFile(directory: directory.path, model: name).replace(labels)
    }
}
