import Glibc
package import Graphs
import JSON
package import ModelFormats
package import Tensors

/// A model before its first step: its graph, what of it training may change, and the form it is written in again.
package struct TrainableModel: Sendable {
    /// One parameter and what training does with it.
    package struct Parameter: Sendable {
        package let name: String
        package var tensor: Tensor
        /// Whether it has a gradient at all: statistics of a normalisation have none.
        package let isTrainable: Bool
        /// Whether weight decay acts on it where that is for weights only.
        package let isWeight: Bool
    }

    /// What the model is written as.
    package let source: ModelFormats.ModelSource
    /// As imported, with the parameters as named constants.
    package let graph: Graph
    package let parameters: [Parameter]
    /// Which output the loss is taken from.
    package private(set) var output = 0

    /// How samples become the inputs.
    package var samples: SampleParts {
        SampleParts(shapes: graph.inputs.map { id in Array(graph[id].type?.dimensions.dropFirst() ?? []) })
    }

    /// The shape of one sample, without the batch; nil where a size is free.
    package var sampleShape: [Int?] { samples.sampleShape }

    /// The graph with the one output that is trained.
    package var trainedGraph: Graph {
        var graph = graph
        graph.outputs = [graph.outputs[output]]
        return graph
    }

    /// Takes the loss from the output of this name.
    /// - Throws: `.field` when there is none.
    package mutating func train(output name: String) throws(TrainingError) {
        let names = graph.outputs.map { graph[$0].name }
        guard let index = names.firstIndex(of: name) else {
            throw .field(
                FieldError(
                    path: "output", expected: "one of the model's outputs \(names.joined(separator: ", "))",
                    found: "\"\(name)\""))
        }
        output = index
    }

    /// The graph with other parameters, by name.
    package func graph(parameters tensors: [String: Tensor]) -> Graph {
        var graph = graph
        for index in graph.values.indices {
            let id = Graph.ValueID(index: index)
            if graph[id].constant != nil, let tensor = tensors[graph[id].name] { graph[id].constant = tensor }
        }
        return graph
    }

    /// A new model of an architecture, its parameters drawn from a seed.
    package init(architecture: Architecture, seed: UInt64) throws(TrainingError) {
        var random = RandomSource(seed: seed)
        var tensors: [String: Tensor] = [:]
        for spec in architecture.parameters { tensors[spec.name] = try Self.initial(spec, &random) }
        try self.init(architecture: architecture, parameters: tensors)
    }

    /// A model of an architecture with these parameters.
    package init(architecture: Architecture, parameters tensors: [String: Tensor]) throws(TrainingError) {
        source = .native(architecture)
        do throws(GraphError) {
            graph = try architecture.graph(parameters: tensors)
        } catch {
            throw .graph(error)
        }
        parameters = architecture.parameters.compactMap { spec in
            tensors[spec.name].map {
                Parameter(name: spec.name, tensor: $0, isTrainable: spec.isTrainable, isWeight: spec.isWeight)
            }
        }
    }

    /// The model of a version's directory.
    package init(directory: String) throws(TrainingError) {
        let native = "\(directory)/\(BundleFile.parameters)"
        do throws(ModelFormatError) {
            if unsafe access(native, F_OK) == 0 {
                self = try Self.native(path: native)
            } else {
                // The loader refuses directories with no model or several of them.
                let (graph, source) = try ModelLoader.loadSource(path: directory)
                guard case .native(let architecture) = source else {
                    self.init(imported: graph, source: source)
                    return
                }
                var tensors: [String: Tensor] = [:]
                for value in graph.values { tensors[value.name] = value.constant }
                self = try Self.layers(NativeModel(architecture: architecture, parameters: tensors))
            }
        } catch {
            throw .model(error)
        }
    }

    private init(imported graph: Graph, source: ModelFormats.ModelSource) {
        var graph = graph
        parameters = graph.parameters().map { name, tensor, isTrainable in
            Parameter(name: name, tensor: tensor, isTrainable: isTrainable, isWeight: tensor.shape.rank > 1)
        }
        graph.materialize(Set(parameters.map(\.name)))
        self.graph = graph
        self.source = source
    }

    private static func native(path: String) throws(ModelFormatError) -> TrainableModel {
        let form = try ModelForm(native: path)
        guard case .layers(let model) = form else {
            return TrainableModel(imported: try form.graph(), source: try form.source())
        }
        return try layers(model)
    }

    private static func layers(_ model: NativeModel) throws(ModelFormatError) -> TrainableModel {
        do throws(TrainingError) {
            return try TrainableModel(architecture: model.architecture, parameters: model.parameters)
        } catch {
            guard case .graph(let reason) = error else { preconditionFailure("building a graph throws nothing else") }
            throw .graph(reason)
        }
    }

    /// A parameter filled block by block by its initialisers.
    private static func initial(
        _ spec: ParameterSpec, _ random: inout RandomSource
    ) throws(TrainingError) -> Tensor {
        let storage = AlignedStorage(floatCount: spec.shape.elementCount)
        for block in spec.blocks {
            guard let initializer = Initializer(named: block.initializer) else {
                throw .field(
                    FieldError(
                        path: spec.name, expected: "an initializer: \(Initializer.names.joined(separator: ", "))",
                        found: "\"\(block.initializer)\""))
            }
            unsafe initializer.fill(
                storage.floats + block.elements.lowerBound, shape: block.shape, fanIn: block.fanIn,
                fanOut: block.fanOut, using: &random)
        }
        return Tensor(dtype: .float32, shape: spec.shape, storage: storage)
    }
}
