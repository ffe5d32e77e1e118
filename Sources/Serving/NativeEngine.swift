package import Graphs
import ModelFormats
package import Tensors

/// Apus' own engine: `ModelFormats` reads, `Graphs` computes.
package struct NativeEngine: ModelEngine {
    private let kernels: Kernels
    private let pool: ComputePool?

    /// - Parameters:
    ///   - kernels: The instruction set level all models use.
    ///   - pool: The threads all models share; nil computes on the thread that runs a batch.
    package init(kernels: Kernels, pool: ComputePool?) {
        self.kernels = kernels
        self.pool = pool
    }

    package func readGraph(directory: String) throws(ServingError) -> Graph {
        do {
            return try ModelLoader.loadModel(path: directory)
        } catch {
            throw .model("\(error)")
        }
    }

    package func compile(_ graph: Graph) throws(ServingError) -> any ServableModel {
        do {
            return NativeModel(compiled: try CompiledModel(graph, kernels: kernels), pool: pool)
        } catch {
            throw .model("\(error)")
        }
    }
}

/// A `CompiledModel` and the threads it runs on.
private struct NativeModel: ServableModel {
    let compiled: CompiledModel
    let pool: ComputePool?

    var inputs: [TensorSignature] { compiled.inputs }
    var outputs: [TensorSignature] { compiled.outputs }
    var tableRows: [Int?] { compiled.tableRows }
    var parameterCount: Int { compiled.parameterCount }
    var packedByteCount: Int { compiled.packedByteCount }
    var weightByteCount: Int { compiled.packedByteCount + compiled.constantByteCount }

    func plan(bindings: [String: Int]) throws(ServingError) -> any BatchPlan {
        do {
            return NativePlan(try compiled.plan(bindings: bindings), pool: pool)
        } catch {
            throw .computation("\(error)")
        }
    }
}
