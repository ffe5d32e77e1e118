import Graphs
import JSON

/// One kind of layer of an architecture: a value type of its settings, in a file of its own, with its shapes, its
/// parameters and the nodes it becomes. It is listed by its names in `LayerRegistry`.
protocol Layer: Sendable {
    /// The settings as `architecture.json` has them.
    var members: [JSONMember] { get }

    /// Whether step t of the result belongs to step t of the input, so that what does not count there does not count
    /// here: Keras's layers that hand on their mask. Joining layers make theirs in `add`.
    var keepsSteps: Bool { get }

    /// Whether it joins step t of each input, so that all inputs have as many steps.
    var joinsSteps: Bool { get }

    /// Whether one dimension of its input are channels, which stand last here; in a network whose images have them
    /// first, the layer is wrapped in a `ChannelsFirstLayer`.
    var hasChannels: Bool { get }

    /// The shape of the result and the parameters, for known shapes of the inputs.
    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan

    /// Adds the layer's nodes to a graph and returns the first result; further ones go to `LayerGraph.others`.
    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID
}

extension Layer {
    var keepsSteps: Bool { false }
    var joinsSteps: Bool { false }
    var hasChannels: Bool { false }
}

/// Where a layer stands, when it is asked for its plan.
struct LayerContext {
    /// `layers[3]`, for messages.
    let path: String
    let name: String
    /// The shape of each input; at least one.
    let inputs: [SampleShape]
    /// Whose initialisers the layer takes when it names none.
    let convention: InitializerConvention

    /// The one input; only layers that join several take more.
    func input() throws(FieldError) -> SampleShape {
        guard inputs.count == 1 else {
            throw FieldError(path: "\(path).inputs", expected: "one input", found: "\(inputs.count)")
        }
        return inputs[0]
    }

    /// The one input, of a rank: "an image [height, width, channels]".
    func input(rank: Int, _ what: String) throws(FieldError) -> SampleShape {
        let shape = try input()
        guard shape.rank == rank else { throw mismatch(what, shape) }
        return shape
    }

    /// The one input, a sequence, an image or a volume with its channels last.
    func image(rank: Int) throws(FieldError) -> SampleShape {
        let names = [
            "a sequence [steps, channels]", "an image [height, width, channels]",
            "a volume [depth, height, width, channels]",
        ]
        return try input(rank: rank + 1, names[rank - 1])
    }

    /// Dimensions that a layer names as Keras counts them, the batch as 0 and negative from the end, as those of a
    /// sample; in rising order.
    func sampleAxes(_ axes: [Int], of shape: SampleShape, _ field: String) throws(FieldError) -> [Int] {
        let places = axes.map { $0 < 0 ? $0 + shape.rank : $0 - 1 }.sorted()
        guard !places.isEmpty, Set(places).count == places.count, places.allSatisfy(shape.sizes.indices.contains) else {
            throw FieldError(
                path: "\(path).\(field)", expected: "dimensions of \(shape) after the batch, each once",
                found: "\(axes)")
        }
        return places
    }

    /// A size that must not be free.
    func fixed(_ size: Int?, _ what: String, of shape: SampleShape) throws(FieldError) -> Int {
        guard let size else { throw mismatch("\(what) of a known size", shape) }
        return size
    }

    /// The error of an input of a wrong shape.
    func mismatch(_ expected: String, _ shape: SampleShape) -> FieldError {
        FieldError(path: path, expected: "\(expected) as its input", found: "\(shape)")
    }

    /// The full name of a parameter.
    func parameter(_ suffix: String) -> String { "\(name).\(suffix)" }
}

/// What a layer makes and what it learns.
struct LayerPlan: Sendable {
    var output: SampleShape
    /// The shapes of further results, which other layers call `name:1` and so on.
    var others: [SampleShape] = []
    /// In the order of the file.
    var parameters: [ParameterSpec] = []
    var fileTensors: [FileTensor] = []

    init(output: SampleShape, parameters: [ParameterSpec] = [], fileTensors: [FileTensor] = []) {
        (self.output, self.parameters, self.fileTensors) = (output, parameters, fileTensors)
    }

    /// The shapes of all results by what other layers call them, for a layer of this name.
    func results(of name: String) -> [(name: String, shape: SampleShape)] {
        [(name, output)] + others.enumerated().map { ("\(name):\($0 + 1)", $1) }
    }
}
