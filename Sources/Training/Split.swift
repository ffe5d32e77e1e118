/// The parts of a dataset, by what they are for.
package enum Split: String, Sendable, Hashable, CaseIterable {
    /// Rows the gradients are computed from.
    case train
    /// Held-out rows that choose between epochs and versions.
    case validation
    /// Held-out rows that choose nothing: the figure to believe.
    case test
}
