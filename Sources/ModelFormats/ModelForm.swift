package import Graphs
import JSON
package import Tensors

/// A model as it was read, in one of the two forms that Apus writes.
package enum ModelForm: Sendable {
    /// A list of layers.
    case layers(NativeModel)
    /// Nodes in ONNX's vocabulary, inputs with the types of the file.
    case graph(Graph)

    /// Reads a native model by the path of a file of its tensors, in either form of the `architecture.json` beside it.
    /// Large tensors may be parts of the mapped file.
    package init(native path: String) throws(ModelFormatError) {
        let tensors = try TensorFiles.open(path: path, isMapped: true)
        let json = try NativeModel.document(beside: path)
        guard GraphFormReader.reads(json) else {
            self = .layers(try NativeModel(json: json, tensors: tensors))
            return
        }
        self = .graph(try GraphFormReader.graph(json: json, tensors: try tensors.all()))
    }

    /// A network proposed for the tensors of a file, with these as its parameters.
    /// - Parameters:
    ///   - path: A `.pt`, `.pth`, `.npz` or safetensors file.
    ///   - inputShape: One sample as PyTorch has it; convolutions need it.
    /// - Returns: The model, and what it is.
    /// - Throws: when the network is no plain chain, or its input is not known.
    package static func proposed(
        for path: String, inputShape: SampleShape?
    ) throws(ModelFormatError) -> (form: ModelForm, proposal: ArchitectureProposal) {
        let tensors = try TensorFiles.open(path: path)
        let proposal = try ArchitectureProposal(entries: tensors.entries, inputShape: inputShape)
        return (.layers(try NativeModel(json: proposal.json, tensors: tensors)), proposal)
    }

    /// The model with no part of a mapped file.
    func owned() -> ModelForm {
        switch self {
        case .layers(let model):
            return .layers(
                NativeModel(architecture: model.architecture, parameters: model.parameters.mapValues(\.owned)))
        case .graph(var graph):
            graph.ownConstants()
            return .graph(graph)
        }
    }

    /// The model as a graph that plans can be made from.
    package func graph() throws(ModelFormatError) -> Graph {
        switch self {
        case .layers(let model): return try model.graph()
        case .graph(var graph):
            graph.takeIntegerInputsAsFloats()
            return graph
        }
    }

    /// What it takes to write the model again with other parameters, as a native one.
    package func source() throws(ModelFormatError) -> ModelSource {
        switch self {
        case .layers(let model): .native(model.architecture)
        case .graph: .graph(try described())
        }
    }

    /// The model in the terms of ONNX, inputs with the types of the file.
    package func described() throws(ModelFormatError) -> DescribedGraph {
        switch self {
        case .layers(let model): try DescribedGraph(describing: try model.graph())
        case .graph(let graph): try DescribedGraph(describing: graph)
        }
    }

    /// The files of the native model, by name.
    package func nativeFiles() throws(ModelFormatError) -> [String: [UInt8]] {
        switch self {
        case .layers(let model): model.files
        case .graph: try described().files()
        }
    }

    /// The numbers the model learned, by name: with a list of layers as PyTorch names and lays them out.
    package func parameters() throws(ModelFormatError) -> [String: Tensor] {
        switch self {
        case .layers(let model): return model.architecture.fileTensors(fromGraphConstants: model.parameters)
        case .graph:
            var result: [String: Tensor] = [:]
            for constant in try described().constants where constant.tensor.dtype == .float32 {
                result[constant.name] = constant.tensor
            }
            return result
        }
    }
}

extension DescribedGraph {
    /// The description of a graph.
    package init(describing graph: Graph) throws(ModelFormatError) {
        do throws(GraphError) {
            try self.init(graph)
        } catch {
            throw .graph(error)
        }
    }

    /// The graph with other parameters, float32 tensors by the names of values; one that a node computes becomes a
    /// constant in its place. Throws `.tensor` naming what does not fit.
    package func replacing(_ parameters: [String: Tensor]) throws(ModelFormatError) -> DescribedGraph {
        var graph = self
        var left = parameters
        for index in graph.constants.indices {
            guard let tensor = left.removeValue(forKey: graph.constants[index].name) else { continue }
            let old = graph.constants[index].tensor
            guard old.shape == tensor.shape, old.dtype == .float32, tensor.dtype == .float32 else {
                throw .tensor(
                    graph.constants[index].name, expected: "\(ValueType(of: old))", found: "\(ValueType(of: tensor))")
            }
            graph.constants[index].tensor = tensor
        }
        graph.nodes.removeAll { node in
            guard node.outputs.count == 1, let tensor = left.removeValue(forKey: node.outputs[0]) else { return false }
            graph.constants.append(Constant(name: node.outputs[0], tensor: tensor))
            return true
        }
        if let name = left.keys.min() {
            throw .tensor(name, expected: "a constant of that name in the model", found: "none")
        }
        graph.removeUnusedConstants()
        return graph
    }

    private mutating func removeUnusedConstants() {
        let used = Set(nodes.flatMap(\.inputs) + outputs.map(\.name))
        constants.removeAll { !used.contains($0.name) }
    }

    /// The files of the model in graph form, by name.
    package func files() throws(ModelFormatError) -> [String: [UInt8]] {
        let writer = try GraphFormWriter(self)
        return [
            BundleFile.architecture: writer.document.bytes + Array("\n".utf8),
            BundleFile.parameters: SafeTensors(tensors: writer.tensors).bytes(),
        ]
    }
}
