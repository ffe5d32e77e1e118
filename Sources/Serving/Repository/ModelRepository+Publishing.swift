import Synchronization

/// Changing what serves.
extension ModelRepository {
    /// Publishes a version: loads and checks the bundle where it is, moves it to `models/<name>/<n>`, and lets it
    /// serve, unless the model's version policy names other versions. What served before stays loaded, so that `rollback` is instant. Blocks; not for an event loop.
    ///
    /// After an error everything is as before: the bundle is where it was, no new directory is there, and what served
    /// serves. A crash leaves the bundle where it was or published, or both when it comes from another device; a bundle
    /// with a manifest that a version has already is that version, and serves again.
    /// - Parameters:
    ///   - path: A directory as a version is, without links. It is gone afterwards.
    ///   - name: The model, which may be new.
    ///   - isToServe: Whether it is to serve; otherwise it is loaded and can be asked by its number.
    /// - Returns: The version's number, the next one of the model.
    /// - Throws: `ServingError.modelName`, `.file`, `.memoryBudget`, `.shuttingDown`, or why the version cannot be loaded.
    package func publish(
        _ path: String, as name: String, isToServe: Bool = true
    ) throws(ServingError) -> Int {
        guard FoundModel.isName(name) else { throw .modelName(name) }
        return try publications.exclusively(name) { () throws(ServingError) in
            let root = try Directory(root: configuration.directory)
            let bundle = try Directory(root: path, name: "bundle")
            let tree = try FileTree(path: bundle.path, name: "bundle")
            if let known = try version(of: name, like: bundle) {
                if isToServe { try set(label: VersionLabels.stable, of: name, to: known) }
                Publication.remove(tree)
                return known
            }
            try tree.synchronize()
            while true {
                guard !state.withLock({ $0.isStopping }) else { throw .shuttingDown }
                // Other changes of the model, a rollback above all, do not wait until the version is loaded.
                let version = try load(bundle, as: name, plan(name, in: root))
                let isPublished = try changes.exclusively(name) { () throws(ServingError) in
                    try put(version, tree, in: root, isToServe: isToServe)
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
        where (try? version.directory.text(of: Self.manifestName, limit: Self.maximumManifestBytes)) == manifest {
            return version.number
        }
        return nil
    }

    static let manifestName = "MANIFEST.sha256"
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
        if let directory = publication.directory { configuration = try loader.configuration(in: directory) }
        let version = try loader.load(
            FoundModel.Version(number: publication.number, directory: bundle), of: name, configuration)
        try checkBudget(version)
        return version
    }

    /// Moves a loaded version to its place and lets it serve, if it is to and may.
    /// - Returns: false when a version of that number was put there meanwhile, by hand.
    private func put(
        _ version: ModelVersion, _ tree: FileTree, in root: Directory, isToServe: Bool
    ) throws(ServingError) -> Bool {
        let publication = try plan(version.modelName, in: root)
        guard publication.number == version.number else { return false }
        var labels = try currentLabels(of: version.modelName, in: root)
        let versions = version.configuration.versions
        let serves = isToServe && (versions.policy ?? configuration.policy).allows(version.number)
        if serves {
            labels.serve(version.number, .published, time: Self.now())
        } else {
            // It does not take over later either, as one that is found would.
            labels.newest = max(labels.newest, version.number)
        }
        try publication.publish(tree, labels: labels)
        show(version, labels, numbers: publication.numbers + [version.number], serves: serves, isKept: !isToServe)
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
            guard let stable = model.labels.stable, !model.isUnloaded,
                let number = model.labels.previous(among: model.versions.keys.filter(model.policy.allows))
            else {
                throw .noEarlierVersion(model: name, serving: model.serving?.number)
            }
            precondition(number != stable, "a model is rolled back to another version")
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
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, `.labelName`, `.tooManyLabels`, `.excludedByPolicy` for
    ///   `stable`, `.notReady` when the version cannot be loaded, or `.file` when that cannot be written down.
    package func set(label: String, of name: String, to number: Int) throws(ServingError) {
        try changes.exclusively(name) { () throws(ServingError) in
            var labels = try labels(of: name)
            var serving: ModelVersion?
            if label == VersionLabels.stable {
                try checkPolicy(name, number)
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

    private func checkPolicy(_ name: String, _ number: Int) throws(ServingError) {
        guard case .specific(let numbers)? = state.withLock({ $0.models[name]?.policy }), !numbers.contains(number)
        else { return }
        throw .excludedByPolicy(model: name, version: number, allowed: numbers.sorted())
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

    /// Shows a published version and lets it serve, if it is to, in one step: nobody sees its label before it answers.
    /// - Parameters:
    ///   - version: The version, which is loaded.
    ///   - labels: The model's from now on.
    ///   - numbers: The versions on disk.
    ///   - serves: Whether it serves.
    ///   - isKept: Whether it stays loaded without serving.
    private func show(
        _ version: ModelVersion, _ labels: VersionLabels, numbers: [Int], serves: Bool, isKept: Bool
    ) {
        let (name, now, versions) = (version.modelName, Self.now(), version.configuration.versions)
        let files = files(of: name, version.number)
        _ = state.withLock { state in
            state.add(
                name, numbers: numbers, labels: labels, policy: versions.policy ?? configuration.policy,
                defaultLabel: versions.defaultLabel, now: now)
            guard serves || isKept else { return RepositoryState.Released() }
            if isKept { state.models[name]?.kept.insert(version.number) }
            let old = state.replace(name, with: version, files, now: now)
            return old + state.serve(name, serves ? version : nil, labels, now: now)
        }
        makeRoom(for: 0, sparing: version)
    }

    /// What is on disk of a version; nil when it cannot be looked at.
    private func files(of name: String, _ number: Int) -> DirectoryFingerprint? {
        guard let root = try? Directory(root: configuration.directory),
            let model = try? FoundModel(name: name, in: root)
        else { return nil }
        return model.versions.first { $0.number == number }.map(model.fingerprint)
    }

    private func write(_ labels: VersionLabels, of name: String) throws(ServingError) {
        let directory = try Directory(root: configuration.directory).directory(name)
        try LabelFile(directory: directory.path, model: name).replace(labels)
    }
}
