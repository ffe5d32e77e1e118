/// A rewriting of a graph that keeps what it computes.
protocol GraphPass: Sendable {
    /// Rewrites `graph`; returns whether anything changed.
    func run(_ graph: inout Graph) throws(GraphError) -> Bool
}

extension Graph {
    /// Runs the passes that turn a model as imported into what plans are made from.
    package mutating func optimize() throws(GraphError) {
        _ = try InferTypes().run(&self)
        _ = try MoveBatchFirst().run(&self)
        _ = try MoveChannelsLast().run(&self)
        let passes: [any GraphPass] = [
            InferTypes(), SimplifyTransposes(), SimplifyReshapes(), PermuteDenseWeights(), FoldAffine(),
            TakeLastStep(), TakeConcatPart(), FuseClamps(), RemoveDeadNodes(),
        ]
        // Each pass makes the graph simpler, so this ends; the bound is a guard against a pass that undoes another.
        for _ in 0..<1000 {
            var hasChanged = false
            for pass in passes where try pass.run(&self) { hasChanged = true }
            guard hasChanged else { break }
        }
        _ = try FusePooling().run(&self)
        _ = try InferTypes().run(&self)
        _ = try MaterializeFills().run(&self)
        _ = try FixInitialStates().run(&self)
        _ = try RemoveDeadNodes().run(&self)
    }
}
