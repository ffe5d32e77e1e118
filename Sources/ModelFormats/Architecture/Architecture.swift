package import Tensors

/// A network as data: `architecture.json`, a list of layers as Keras and PyTorch name them.
///
///     {"input_shape": [28, 28, 1], "layers": [
///         {"type": "Conv2D", "filters": 32, "kernel_size": 3, "activation": "relu"},
///         {"type": "MaxPooling2D"}, {"type": "Flatten"},
///         {"type": "Dense", "units": 10, "activation": "softmax"}]}
///
/// A layer takes the one before it, or those that its `inputs` name. Images are [height, width, channels], sequences
/// [steps, features], where a null for the steps leaves their number free. With `"lengths": true` the model has a
/// second input, `lengths` [batch]: how many steps of each sequence are no padding, which recurrent layers then skip.
/// `"initialization": "pytorch"` takes PyTorch's initialisers and bias vectors where a layer names none, and with
/// `"layout": "channels_first"` images are [channels, height, width], as PyTorch has them.
///
/// All sizes are bounded, so that no document can ask for absurd memory.
package struct Architecture: Sendable {
    /// A value the model takes.
    package struct Input: Sendable, Equatable {
        package let name: String
        package let shape: SampleShape
    }

    package let name: String
    package let initialization: InitializerConvention
    /// Where images have their channels.
    package let layout: SampleLayout
    /// What files call tensors, or all tensors of a layer, that have another name than here.
    let parameterNames: [String: String]
    package let inputs: [Input]
    /// Whether there is a further input of lengths.
    package let hasLengths: Bool
    /// In an order in which each comes after what it takes.
    let nodes: [ArchitectureNode]
    /// Names of layers, or of further results of layers, `lstm:1`.
    let outputs: [String]

    /// The name of the input of lengths.
    package static let lengthsName = "lengths"
    /// Most layers.
    static let maximumLayerCount = 1000
    /// Most elements of all parameters together: 1 GiB.
    static let maximumParameterCount = 1 << 28
    /// Most elements of one layer's result for one sample, as plans have it.
    static let maximumElementCount = 1 << 26

    init(
        name: String, initialization: InitializerConvention, layout: SampleLayout = .channelsLast,
        parameterNames: [String: String] = [:], inputs: [Input], hasLengths: Bool, nodes: [ArchitectureNode],
        outputs: [String]
    ) {
        self.name = name
        self.initialization = initialization
        self.layout = layout
        self.parameterNames = parameterNames
        self.inputs = inputs
        self.hasLengths = hasLengths
        self.nodes = nodes
        self.outputs = outputs
    }

    /// The constants of the graph, layer by layer: what is initialised and trained.
    package var parameters: [ParameterSpec] { nodes.flatMap(\.plan.parameters) }

    /// Numbers that the model has, statistics included.
    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

    /// The shape of one sample of each output.
    package var outputShapes: [SampleShape] {
        let results = nodes.flatMap { $0.plan.results(of: $0.name) }
        return outputs.compactMap { output in results.first { $0.name == output }?.shape }
    }

    /// The names of the outputs.
    package var outputNames: [String] { outputs }

    /// The tensors of `model.safetensors`, by PyTorch's names and in its layouts.
    package var fileTensorShapes: [(name: String, shape: Shape)] {
        nodes.flatMap { $0.plan.fileTensors.map { ($0.name, $0.shape) } }
    }

    /// One layer, for reports.
    package struct LayerSummary: Sendable, Equatable {
        package let name: String
        package let type: String
        /// Of one sample.
        package let output: SampleShape
        /// The tensors of the file that belong to it.
        package let tensors: [String]
        package let parameterCount: Int
    }

    /// The layers in order.
    package var layers: [LayerSummary] {
        nodes.map { node in
            LayerSummary(
                name: node.name, type: node.type, output: node.plan.output,
                tensors: node.plan.fileTensors.map(\.name),
                parameterCount: node.plan.parameters.reduce(0) { $0 + $1.shape.elementCount })
        }
    }
}
