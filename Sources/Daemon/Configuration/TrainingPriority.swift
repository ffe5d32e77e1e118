/// How a job shares the processors with everything else.
package enum TrainingPriority: String, Sendable, CaseIterable {
    /// It gets what nobody else wants.
    case idle
    /// It gets little.
    case low
    /// It gets as much as serving.
    case normal
}
