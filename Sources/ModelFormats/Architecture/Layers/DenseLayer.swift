import Graphs
import JSON
import Tensors

/// `Dense` (Keras) or `Linear` (PyTorch): y = activation(x · Wᵀ + b) over the last dimension.
struct DenseLayer: Layer {
    let units: Int
    let activation: Activation
    let hasBias: Bool
    let kernelInitializer: String?
    let biasInitializer: String?
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        units = try fields.size("units")
        activation = try fields.activation()
        hasBias = try fields.bool("use_bias") ?? true
        kernelInitializer = try fields.initializer("kernel_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    var members: [JSONMember] {
        var members = [JSONMember("units", .integer(units))]
        members.append(activation)
        members.append("use_bias", hasBias, unless: true)
        members.append("kernel_initializer", kernelInitializer)
        members.append("bias_initializer", biasInitializer)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard input.rank >= 1 else { throw context.mismatch("at least one dimension", input) }
        let features = try context.fixed(input.sizes[input.rank - 1], "a last dimension", of: input)
        var plan = LayerPlan(output: SampleShape(input.sizes.dropLast() + [units]))
        // A matrix product over steps wants the weights as [features, units], Gemm as the file has them.
        let isMatrix = input.rank == 1
        plan.parameters.append(
            ParameterSpec(
                context.parameter(isMatrix ? "weight" : "kernel"), isMatrix ? [units, features] : [features, units],
                kernelInitializer ?? InitializerName.weight(context.convention), fanIn: features, fanOut: units,
                isWeight: true))
        plan.fileTensors.append(
            FileTensor(
                context.parameter("weight"), [units, features], isTransposed: !isMatrix,
                parameter: plan.parameters[0].name))
        if hasBias {
            plan.parameters.append(
                ParameterSpec(
                    context.parameter("bias"), [units],
                    biasInitializer ?? InitializerName.bias(context.convention), fanIn: features, fanOut: units,
                    isWeight: false))
            plan.fileTensors.append(FileTensor(context.parameter("bias"), [units]))
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let bias = graph.parameter("bias")
        var y: Graph.ValueID
        if let weight = graph.parameter("weight") {
            y = try graph.apply1("Gemm", [graph.input, weight] + (bias.map { [$0] } ?? []), ["transB": .int(1)])
        } else {
            y = try graph.apply1("MatMul", [graph.input, graph.parameter("kernel")])
            if let bias { y = try graph.apply1("Add", [y, bias]) }
        }
        return try activation.add(to: &graph, y)
    }
}
