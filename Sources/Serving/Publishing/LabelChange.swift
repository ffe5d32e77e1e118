/// One line of the history of a model's labels.
package struct LabelChange: Sendable, Equatable {
    /// Why a label changed.
    package enum Cause: String, Sendable, CaseIterable {
        /// A version was published, and serves from then on.
        case published
        /// The version that served before serves again.
        case rolledBack = "rolled_back"
        /// Somebody set the label.
        case set
        /// Somebody removed the label.
        case removed
        /// A version was found on disk, and serves from then on.
        case found
    }

    package let label: String
    /// The version the label means from then on; nil when it was removed.
    package let version: Int?
    package let cause: Cause
    /// Seconds since 1970.
    package let time: Double

    init(label: String, version: Int?, cause: Cause, time: Double) {
        self.label = label
        self.version = version
        self.cause = cause
        self.time = time
    }
}
