import Glibc
import Graphs
import Serving

/// Loads models whose file says what they are: "ok", "sequence", "lying" (answers are off by one), "plus 7" (answers are
/// off by seven) or anything else, which is the error.
struct FakeEngine: ModelEngine {
    func readGraph(directory: String) throws(ServingError) -> Graph {
        guard let file = fopen(directory + "/model.onnx", "r") else { throw .model("no model.onnx") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        guard ["ok", "sequence", "lying"].contains(text) || text.hasPrefix("plus ") else { throw .model(text) }
        return Graph(name: text)
    }

    func compile(_ graph: Graph) throws(ServingError) -> any ServableModel {
        var model = FakeModel(isSequence: graph.name == "sequence")
        if graph.name == "lying" { model.error = 1 }
        if graph.name.hasPrefix("plus ") { model.error = Float(graph.name.dropFirst(5)) ?? 0 }
        return model
    }
}
