/// All that is known of one model at one moment.
package struct ModelSnapshot: Sendable {
    /// Every version, by number.
    package let statuses: [VersionStatus]
    package let labels: VersionLabels
    /// Why a rollback could not be written down, so that it ends with the process; nil when all is well.
    package let unsaved: ServingError?
    /// The versions that are loaded, by number.
    package let loaded: [ModelVersion]
    /// The version that answers when none is named.
    package let serving: ModelVersion?
}

extension RepositoryState {
    /// nil for an unknown name.
    func snapshot(of name: String) -> ModelSnapshot? {
        guard let model = models[name], let statuses = statuses(of: name) else { return nil }
        return ModelSnapshot(
            statuses: statuses, labels: model.labels, unsaved: model.unsaved,
            loaded: model.ready.sorted { $0.number < $1.number },
            serving: model.answering)
    }
}
