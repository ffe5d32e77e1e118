import Tensors

/// Collects the steps of a plan while the nodes of a graph are lowered one after another.
final class PlanBuilder {
    /// What a step works on, before memory is assigned.
    enum Operand {
        case value(Graph.ValueID)
        /// Elements that are the same for every row.
        case constant(AlignedStorage)
        /// Scratch memory of that many floats for a number of rows.
        case scratch(@Sendable (_ rows: Int) -> Int)
    }

    struct PendingStep {
        var name: String
        var granularity: Step.Granularity
        var operands: [Operand]
        /// Which operands the step writes.
        var writes: Set<Int>
        var body: Step.Body
    }

    private(set) var graph: Graph
    let rows: RowLayout
    private(set) var steps: [PendingStep] = []
    private var aliases: [Graph.ValueID: Graph.ValueID] = [:]

    init(graph: Graph, rows: RowLayout) {
        self.graph = graph
        self.rows = rows
    }

    func add(_ step: PendingStep) { steps.append(step) }

    /// Declares that `value` is `source` under another shape.
    func alias(_ value: Graph.ValueID, of source: Graph.ValueID) { aliases[value] = root(of: source) }

    /// Adds a value of the same type, with memory of its own.
    func addValue(like value: Graph.ValueID) -> Graph.ValueID { graph.addValue(type: graph[value].type) }

    /// The value whose memory `value` uses.
    func root(of value: Graph.ValueID) -> Graph.ValueID { aliases[value] ?? value }

    /// Floats of one row of `value`.
    func rowSize(of value: Graph.ValueID) throws(GraphError) -> Int {
        try rows.rowShape(of: graph[value].type).elementCount
    }
}
