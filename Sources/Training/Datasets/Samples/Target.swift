/// What a model learns to predict from a dataset.
package enum Target: Sendable, Equatable {
    /// One of several classes; a target is the number of its class.
    case classes([String])
    /// Numbers, by the names of their columns; a target is as many numbers.
    case values([String])
    /// One of two classes; a target is 0 or 1.
    case binary

    /// Numbers of one target.
    package var width: Int { if case .values(let names) = self { names.count } else { 1 } }
}
