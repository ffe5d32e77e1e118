import Graphs
import Tensors

/// Runs a model on rows of several inputs.
enum ModelRun {
    /// Each output's elements, for inputs [rows, …] in the model's order.
    static func outputs(_ graph: Graph, _ inputs: [Tensor]) throws -> [[Float]] {
        let model = try CompiledModel(graph, kernels: Kernels.best())
        var bindings: [String: Int] = [:]
        for (signature, input) in zip(model.inputs, inputs) {
            for (axis, symbol) in signature.freeSymbols.enumerated() {
                if let symbol { bindings[symbol] = input.shape[axis + 1] }
            }
        }
        let plan = try model.plan(bindings: bindings)
        let rows = inputs[0].shape[0]
        let stored = inputs.map { $0.convertedToFloat32().storage }
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: rows * $0) }
        plan.run(
            rows: rows, inputs: stored.map { UnsafePointer($0.floats) }, outputs: outputs.map(\.floats),
            workspace: plan.makeWorkspace(threads: 1), pool: nil)
        return zip(outputs, plan.outputSizes).map { storage, size in
            Array(UnsafeBufferPointer(start: storage.floats, count: rows * size))
        }
    }
}
