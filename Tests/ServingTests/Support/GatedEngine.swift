import Graphs
import Serving

/// A `FakeEngine` that waits at a gate before it loads models whose file says `text`.
struct GatedEngine: ModelEngine {
    let gate: Gate
    let text: String

    func readGraph(directory: String) throws(ServingError) -> Graph {
        let graph = try FakeEngine().readGraph(directory: directory)
        if graph.name == text { gate.pass() }
        return graph
    }

    func compile(_ graph: Graph) throws(ServingError) -> any ServableModel { try FakeEngine().compile(graph) }
}
