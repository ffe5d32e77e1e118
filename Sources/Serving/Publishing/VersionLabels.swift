/// The names that versions of one model have, and what served so far.
///
/// `stable` is the version that serves, and the way it moved is what rollback goes back. Any other name is set by
/// people. A plain value: whoever changes a copy decides when it counts.
package struct VersionLabels: Sendable, Equatable {
    /// The label that follows what serves.
    package static let stable = "stable"

    /// The version of each label.
    package internal(set) var versions: [String: Int] = [:]
    /// The versions that served and were not rolled back, oldest first; the last one is `stable`.
    package internal(set) var served: [Int] = []
    /// The greatest version that ever served. A greater one on disk is new.
    package internal(set) var newest = 0
    /// The latest changes, oldest first.
    package internal(set) var history: [LabelChange] = []

    /// Most labels a model may have, beside `stable`.
    static let maximumLabels = 64
    /// Most changes and served versions that are remembered.
    static let maximumHistory = 256

    package init() {}

    /// The version that serves; nil when none ever did.
    package var stable: Int? { versions[Self.stable] }

    // MARK: What serves

    /// Notes that a version serves from now on.
    mutating func serve(_ version: Int, _ cause: LabelChange.Cause, time: Double) {
        if served.last != version { served.append(version) }
        if served.count > Self.maximumHistory { served.removeFirst() }
        move(to: version, cause, time: time)
    }

    /// What rollback goes back to: the last of `numbers` that served before, or else the next older one.
    func previous(among numbers: some Collection<Int>) -> Int? {
        guard let stable else { return nil }
        return served.last { $0 != stable && numbers.contains($0) } ?? numbers.filter { $0 < stable }.max()
    }

    /// Notes that an earlier version serves again, and forgets what served after it.
    mutating func rollBack(to version: Int, time: Double) {
        served = served.lastIndex(of: version).map { Array(served[...$0]) } ?? [version]
        move(to: version, .rolledBack, time: time)
    }

    /// In which order the versions on disk should be tried until one serves: those that are new, the latest one
    /// first; what served before, the latest first; and then the others from the latest on.
    func candidates(among numbers: [Int]) -> [Int] {
        let falling = numbers.sorted(by: >)
        let wanted = falling.filter { $0 > newest } + served.reversed() + falling
        var seen: Set<Int> = []
        return wanted.filter { numbers.contains($0) && seen.insert($0).inserted }
    }

    private mutating func move(to version: Int, _ cause: LabelChange.Cause, time: Double) {
        newest = max(newest, version)
        note(LabelChange(label: Self.stable, version: version, cause: cause, time: time))
    }

    // MARK: Other labels

    /// Gives a version a name that people chose, other than `stable`.
    /// - Throws: `ServingError.labelName` or `.tooManyLabels`.
    mutating func set(_ label: String, to version: Int, time: Double) throws(ServingError) {
        precondition(label != Self.stable, "stable follows what serves")
        guard FoundModel.isName(label) else { throw .labelName(label) }
        guard versions[label] != nil || versions.count <= Self.maximumLabels else {
            throw .tooManyLabels(limit: Self.maximumLabels)
        }
        note(LabelChange(label: label, version: version, cause: .set, time: time))
    }

    /// Takes a name away, which must be there.
    mutating func remove(_ label: String, time: Double) {
        precondition(label != Self.stable, "stable follows what serves")
        note(LabelChange(label: label, version: nil, cause: .removed, time: time))
    }

    private mutating func note(_ change: LabelChange) {
        versions[change.label] = change.version
        history.append(change)
        if history.count > Self.maximumHistory { history.removeFirst() }
    }
}
