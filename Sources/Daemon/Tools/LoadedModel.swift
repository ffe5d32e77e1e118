package import Graphs
import ModelFormats
package import Tensors

/// A model read from a path and compiled, for the commands that need no server.
package struct LoadedModel: Sendable {
    /// The path as the user wrote it, for messages.
    package let path: String
    /// The model file, or the directory that holds exactly one.
    package let resolvedPath: String
    /// The graph as it stands in the file.
    package let imported: Graph
    package let compiled: CompiledModel
    /// The kernels it was compiled for.
    package let kernels: Kernels

    /// - Parameters:
    ///   - path: A model file, a version directory, or a model directory, whose newest version is taken.
    ///   - kernels: The kernels to compile for.
    /// - Throws: `DaemonError.model`.
    package init(path: String, kernels: Kernels) throws(DaemonError) {
        self.path = path
        self.kernels = kernels
        resolvedPath = Self.newestVersion(path)
        do {
            imported = try ModelLoader.loadModel(path: resolvedPath)
        } catch .unreadable(_, let reason) {
            throw .model(path, reason: reason)
        } catch {
            throw .model(path, reason: "\(error)")
        }
        compiled = try Self.compiled(imported, path: path, kernels)
    }

    /// A model that was read already.
    /// - Throws: `DaemonError.model`.
    init(_ graph: Graph, path: String, kernels: Kernels) throws(DaemonError) {
        self.path = path
        self.kernels = kernels
        resolvedPath = path
        imported = graph
        compiled = try Self.compiled(graph, path: path, kernels)
    }

    private static func compiled(
        _ graph: Graph, path: String, _ kernels: Kernels
    ) throws(DaemonError) -> CompiledModel {
        do {
            return try CompiledModel(graph, kernels: kernels)
        } catch {
            throw .model(path, reason: "\(error)")
        }
    }

    /// The plan for sizes of the free dimensions.
    /// - Throws: `DaemonError.model` when the model cannot run at these sizes.
    package func plan(_ bindings: [String: Int]) throws(DaemonError) -> ExecutionPlan {
        do {
            return try compiled.plan(bindings: bindings)
        } catch {
            throw .model(path, reason: "\(error)")
        }
    }

    /// The version directory with the highest number, when `path` has one; else `path`.
    static func newestVersion(_ path: String) -> String {
        guard Files.isDirectory(path) else { return path }
        let newest = Files.names(path).compactMap { name -> Int? in
            guard let number = Int(name), number >= 1, String(number) == name else { return nil }
            return Files.isDirectory("\(path)/\(name)") ? number : nil
        }.max()
        return newest.map { "\(path)/\($0)" } ?? path
    }
}
