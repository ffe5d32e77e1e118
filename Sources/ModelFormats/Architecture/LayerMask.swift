import Graphs

/// Which steps of a sequence count for the layers that look at it.
enum LayerMask: Sendable, Equatable {
    /// The first so many of each row: [batch].
    case lengths(Graph.ValueID)
    /// Those that are not 0: [batch, steps].
    case steps(Graph.ValueID)

    /// What recurrent operators take.
    var id: Graph.ValueID {
        switch self {
        case .lengths(let id), .steps(let id): id
        }
    }
}
