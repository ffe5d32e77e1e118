import Graphs
import JSON
import ModelFormats
import Tensors
import TestSupport

/// The readers of files from outside, by the names that `scripts/fuzz` and the folders of the corpus have.
package enum FuzzReader: String, CaseIterable, Sendable {
    case zip, npy, npz, safetensors, onnx, torch, pickle, architecture, json, hdf5, keras

    /// Reads some bytes as far as a server would; throws whatever the reader throws.
    package func read(_ bytes: [UInt8]) throws {
        switch self {
        case .zip: try readZip(bytes)
        case .npy: _ = try NpyReader.tensor(from: bytes, name: "a.npy")
        case .npz: try readAll(try NpzFile(ByteSource(bytes)))
        case .safetensors: try readAll(try SafeTensorsFile(ByteSource(bytes)))
        case .onnx:
            // What stays in the file is read another way, which files of 64 kB would not take by themselves.
            _ = try? ONNXImporter.graph(from: ByteSource(bytes), directory: nil, largeByteCount: 8)
            try compile(try ONNXImporter.graph(from: bytes))
        case .torch: try readAll(try TorchFile(ByteSource(bytes), name: "a.pt"))
        case .pickle:
            let storage = [UInt8](repeating: 1, count: 64)
            let archive = ZipBuilding.archive([("a/data.pkl", bytes), ("a/data/0", storage), ("a/version", [0x33])])
            let file = try TorchFile(ByteSource(archive), name: "a.pt")
            try readAll(file)
            _ = try ArchitectureProposal(entries: file.entries, inputShape: [3, 8, 8])
        case .architecture: try compile(try Architecture(json: try JSONValue(parsing: bytes)))
        case .json: _ = try JSONValue(parsing: bytes)
        case .hdf5: _ = try KerasReader.model(ByteSource(bytes), directory: "/dev/null").model.graph()
        case .keras: try compile(try KerasModel.architecture(config: try JSONValue(parsing: bytes), version: nil))
        }
    }

    /// What may be asked of `read` again and again: errors are what most inputs give.
    package func survives(_ bytes: [UInt8]) {
        do { try read(bytes) } catch { _ = "\(error)" }
    }

    private func readZip(_ bytes: [UInt8]) throws {
        let archive = try ZipArchive(bytes: bytes)
        for entry in archive.entries { _ = try archive.contents(of: entry) }
    }

    private func readAll(_ file: some TensorFile) throws {
        for entry in file.entries { _ = try file.tensor(entry.name) }
    }

    private func compile(_ architecture: Architecture) throws {
        _ = try Architecture(json: architecture.json)
        guard architecture.parameterCount < 1 << 16 else { return }
        var parameters: [String: Tensor] = [:]
        for spec in architecture.parameters {
            parameters[spec.name] = Tensor([Float](repeating: 1, count: spec.shape.elementCount), shape: spec.shape)
        }
        _ = try architecture.graphConstants(fromFileTensors: architecture.fileTensors(fromGraphConstants: parameters))
        try compile(try architecture.graph(parameters: parameters))
    }

    private func compile(_ graph: Graph) throws {
        let model = try CompiledModel(graph, kernels: Kernels.best())
        var bindings: [String: Int] = [:]
        for symbol in model.inputs.flatMap(\.freeSymbols).compactMap(\.self) { bindings[symbol] = 3 }
        _ = try model.plan(bindings: bindings)
    }
}
