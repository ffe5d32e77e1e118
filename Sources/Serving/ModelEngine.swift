package import Graphs

/// What turns a version's directory into something that computes: the one seam between serving and the engine.
package protocol ModelEngine: Sendable {
    /// Reads the one model file in a directory; executes nothing.
    /// - Throws: `ServingError.model`.
    func readGraph(directory: String) throws(ServingError) -> Graph

    /// Optimises a graph and packs its weights.
    /// - Throws: `ServingError.model`.
    func compile(_ graph: Graph) throws(ServingError) -> any ServableModel
}

/// A compiled model.
package protocol ServableModel: Sendable {
    /// What a request must provide, each [batch, …].
    var inputs: [TensorSignature] { get }
    /// What an answer holds, each [batch, …].
    var outputs: [TensorSignature] { get }
    /// For each input whose numbers pick rows of a table, such as the tokens of a text, how many rows that has; nil for
    /// the others.
    var tableRows: [Int?] { get }
    /// Numbers the model learned.
    var parameterCount: Int { get }
    /// Bytes of the packed weights.
    var packedByteCount: Int { get }
    /// Bytes of all memory that its weights take, packed and as they were read.
    var weightByteCount: Int { get }

    /// The plan for one binding of all free sizes but the batch.
    /// - Throws: `ServingError.computation` when the model cannot run at these sizes.
    func plan(bindings: [String: Int]) throws(ServingError) -> any BatchPlan
}
