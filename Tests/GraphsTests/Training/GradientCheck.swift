import Graphs
import Tensors
import Testing

/// Compares the gradients of a training plan with finite differences of its own outputs, for a loss that is a fixed
/// random weighting of them.
struct GradientCheck {
    let plan: TrainingPlan
    let store: ParameterStore
    private let batch: Int
    private let projection: [Float]
    private let pool: ComputePool?

    /// - Parameters:
    ///   - graph: As an importer makes it, with named constants as parameters.
    ///   - inputs: The rows of each input, [batch, …].
    ///   - batch: The rows.
    ///   - capacity: Rows that the plan has room for; nil for as many.
    ///   - threads: The threads that share the rows.
    ///   - kernels: The level.
    ///   - frozen: The parameters that do not change.
    /// - Throws: when the graph cannot be trained.
    init(
        _ graph: Graph, inputs: [[Float]], batch: Int, capacity: Int? = nil, threads: Int = 1,
        kernels: Kernels = .best(), frozen: Set<String> = []
    ) throws {
        var prepared = graph
        let parameters = graph.parameters().map { ($0.name, $0.tensor, $0.isTrainable && !frozen.contains($0.name)) }
        store = ParameterStore(parameters.filter(\.2) + parameters.filter { !$0.2 })
        try prepared.prepareForTraining(parameters: Set(parameters.map(\.0)))
        pool = threads > 1 ? ComputePool(threads: threads) : nil
        plan = try TrainingCompiler(graph: prepared, store: store, kernels: kernels)
            .compile(capacity: capacity ?? batch, pool: pool)
        self.batch = batch
        projection = randomTensor([batch * plan.outputSize], seed: 99).floats
        for (index, values) in inputs.enumerated() {
            precondition(values.count == batch * plan.inputSizes[index], "rows that fit the input")
            plan.input(index).update(from: values, count: values.count)
        }
    }

    var outputs: [Float] { Array(UnsafeBufferPointer(start: plan.outputs, count: batch * plan.outputSize)) }

    /// One training step: the gradient of the weighted outputs is in the store.
    func train(seed: UInt64 = 7) {
        let (size, target) = (plan.outputSize, UncheckedPointer(plan.outputGradients))
        plan.train(batch: batch, seed: seed) { [projection] rows, _ in
            for index in rows.lowerBound * size..<rows.upperBound * size { target.base[index] = projection[index] }
        }
    }

    /// The weighted outputs as the plan computes them.
    private func loss(isTraining: Bool) -> Double {
        if isTraining { train() } else { plan.predict(batch: batch) }
        return zip(outputs, projection).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// The largest difference between gradients and central differences, relative to the largest gradient of the
    /// parameter; at most `samples` elements of each parameter are looked at.
    func largestRelativeError(
        step: Float = 1e-2, samples: Int = 40, isTraining: Bool = false
    ) -> (error: Double, parameter: String) {
        train()
        let gradients = store.parameters.indices.map { store.gradient($0).floats }
        var worst = (error: 0.0, parameter: "")
        for (index, parameter) in store.parameters.enumerated() where parameter.isTrainable {
            let scale = max(gradients[index].reduce(0) { max($0, abs(Double($1))) }, 1e-3)
            let count = parameter.range.count
            for element in stride(from: 0, to: count, by: max(1, count / samples)) {
                let value = store.values + parameter.range.lowerBound + element
                let kept = value.pointee
                value.pointee = kept + step
                let above = loss(isTraining: isTraining)
                value.pointee = kept - step
                let below = loss(isTraining: isTraining)
                let distance = Double(kept + step) - Double(kept - step)
                value.pointee = kept
                let error = abs((above - below) / distance - Double(gradients[index][element])) / scale
                if !(error <= worst.error) { worst = (error, "\(parameter.name)[\(element)]") }
            }
        }
        return worst
    }
}

/// A pointer that a test hands to the threads of one call, which write disjoint parts.
struct UncheckedPointer: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    init(_ base: UnsafeMutablePointer<Float>) { self.base = base }
}
