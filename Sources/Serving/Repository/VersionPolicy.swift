/// Which of a model's versions are loaded, beside those that labels, rollback and people ask for.
package enum VersionPolicy: Sendable, Equatable {
    /// The newest so many versions that load. A version that is refused does not count: the next older one is tried,
    /// so that a bad new version does not take down a model at the next start.
    case latest(Int)
    /// All versions; the newest one serves.
    case all
    /// These versions and no other: the newest of them serves, and a newer one does not take over.
    case specific(Set<Int>)

    /// How many versions may be ready at once.
    var limit: Int {
        switch self {
        case .latest(let count): count
        case .all: .max
        case .specific(let numbers): numbers.count
        }
    }

    /// Whether a version may serve without having been asked for by its number or a label.
    func allows(_ number: Int) -> Bool {
        if case .specific(let numbers) = self { numbers.contains(number) } else { true }
    }

    /// Why a version is not loaded that nothing else is wrong with.
    var exclusion: String {
        switch self {
        case .latest, .all: "is not among the newest versions"
        case .specific: "is not among the versions that the version policy names"
        }
    }
}

/// `[versions]` of an `apus.toml`: which versions of the model are loaded, and which one answers.
package struct VersionConfiguration: Sendable, Equatable {
    /// `policy`, with `count` (for "latest") or `numbers` (for "specific"). Default: what the repository says, which is
    /// the newest.
    package var policy: VersionPolicy?
    /// `default`: the label whose version answers a request that names none; the one that serves when no version has
    /// it. Default: stable.
    package var defaultLabel = VersionLabels.stable

    private enum Word: String, CaseIterable {
        case latest, all, specific
    }

    package init() {}

    init(_ section: TOMLSection) throws(ServingError) {
        try section.refuseKeys(except: ["policy", "count", "numbers", "default"])
        let numbers = try section.integers("numbers", in: 1...Int.max)
        let count = try section.integer("count", in: 1...1_000_000, default: 1)
        switch try section.choice("policy", default: numbers == nil ? Word.latest : .specific) {
        case .latest: policy = section.has("policy") || section.has("count") ? .latest(count) : nil
        case .all: policy = .all
        case .specific:
            guard let numbers, !numbers.isEmpty else {
                throw section.missing("numbers", expected: "the numbers of versions, such as [1, 3]")
            }
            policy = .specific(Set(numbers))
        }
        if let label = try section.string("default") {
            guard FoundModel.isName(label) else {
                throw section.invalid("default", expected: "a label of A-Z a-z 0-9 . _ -", found: "\"\(label)\"")
            }
            defaultLabel = label
        }
    }
}
