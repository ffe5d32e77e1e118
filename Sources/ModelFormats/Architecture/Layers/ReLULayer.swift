import Graphs
import JSON
import Tensors

/// `ReLU` with Keras's settings: x from `threshold` to `max_value`, below `negative_slope` · (x − `threshold`); and
/// `ThresholdedReLU`, which has no more than the threshold, `theta`.
struct ReLULayer: Layer {
    let maximum: Double?
    let slope: Double
    let threshold: Double
    let keepsSteps = true
    let members: [JSONMember]

    init(_ fields: inout JSONFields) throws(FieldError) {
        maximum = try fields.number("max_value", in: 0...3e38)
        slope = try fields.number("negative_slope", in: 0...1000) ?? 0
        threshold = try fields.number("threshold", in: 0...3e38) ?? 0
        var members: [JSONMember] = []
        if let maximum { members.append(JSONMember("max_value", .number(maximum))) }
        if slope != 0 { members.append(JSONMember("negative_slope", .number(slope))) }
        if threshold != 0 { members.append(JSONMember("threshold", .number(threshold))) }
        self.members = members
    }

    init(thresholded fields: inout JSONFields) throws(FieldError) {
        (maximum, slope) = (nil, 0)
        threshold = try fields.number("theta", in: 0...3e38) ?? 1
        members = [JSONMember("theta", .number(threshold))]
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan { LayerPlan(output: try context.input()) }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let x = graph.input
        let high = Float(maximum ?? .infinity)
        var result: Graph.ValueID
        if threshold != 0 {
            result = try graph.apply1("ThresholdedRelu", [x], ["alpha": .float(Float(threshold))])
            if maximum != nil { result = graph.apply1(Clip(low: 0, high: high), [result]) }
        } else if slope != 0, maximum == nil {
            return try graph.apply1("LeakyRelu", [x], ["alpha": .float(Float(slope))])
        } else {
            result = maximum == nil ? try graph.apply1("Relu", [x]) : graph.apply1(Clip(low: 0, high: high), [x])
        }
        guard slope != 0 else { return result }
        let numbers = [threshold, slope].map { graph.constant(Tensor([Float($0)], shape: [1])) }
        let below = try graph.apply1("Relu", [graph.apply1("Sub", [numbers[0], x])])
        return try graph.apply1("Sub", [result, graph.apply1("Mul", [below, numbers[1]])])
    }
}
