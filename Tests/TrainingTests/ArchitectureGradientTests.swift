import Graphs
import JSON
import ModelFormats
import Tensors
import Testing

@testable import Training

/// Every layer of an architecture can be trained: the slope of each parameter's gradient along a random direction,
/// against a difference of outputs.
struct ArchitectureGradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Whether the input is whole numbers below 6.
        var isTokens = false
        let json: String
    }

    private static func sequence(_ layer: String) -> Case {
        Case(
            testDescription: "masked \(layer)",
            json: """
                {"input_shape": [5, 3], "lengths": true, "layers": [
                    {"type": "\(layer)", "units": 4, "bidirectional": true, "return_sequences": true},
                    {"type": "Dropout", "rate": 0.25}, {"type": "\(layer)", "units": 3},
                    {"type": "Dense", "units": 2}, {"type": "LogSoftmax"}]}
                """)
    }

    private static func activations(_ layers: [String]) -> Case {
        Case(
            testDescription: layers.joined(separator: ", "),
            json: """
                {"input_shape": [6], "layers": [
                    \(layers.map { "{\"type\": \"Dense\", \"units\": 5}, \($0)" }.joined(separator: ", "))]}
                """)
    }

    static let cases: [Case] = [
        sequence("LSTM"), sequence("GRU"), sequence("SimpleRNN"),
        Case(
            testDescription: "image",
            json: """
                {"input_shape": [9, 8, 2], "layers": [
                    {"type": "Conv2D", "filters": 4, "kernel_size": 3, "padding": "same"},
                    {"type": "BatchNormalization"}, {"type": "Tanh"}, {"type": "MaxPooling2D"},
                    {"type": "DepthwiseConv2D", "kernel_size": 3, "padding": "same"}, {"type": "Sigmoid"},
                    {"type": "AveragePooling2D"}, {"type": "GlobalAveragePooling2D"}, {"type": "Dense", "units": 3}]}
                """),
        Case(
            testDescription: "branches",
            json: """
                {"inputs": [{"name": "image", "shape": [6, 6, 3]}], "outputs": ["out"], "layers": [
                    {"type": "Conv2D", "name": "a", "filters": 3, "kernel_size": 3, "padding": "same", "inputs": ["image"]},
                    {"type": "Conv2D", "name": "b", "filters": 3, "kernel_size": 1, "inputs": ["image"]},
                    {"type": "Add", "name": "sum", "inputs": ["a", "b"]},
                    {"type": "Subtract", "name": "difference", "inputs": ["sum", "image"]},
                    {"type": "Multiply", "name": "product", "inputs": ["difference", "b"]},
                    {"type": "Concatenate", "name": "joined", "inputs": ["product", "a"]},
                    {"type": "GlobalMaxPooling2D"}, {"type": "Dense", "name": "out", "units": 2}]}
                """),
        Case(
            testDescription: "text", isTokens: true,
            json: """
                {"input_shape": [5], "layers": [
                    {"type": "Embedding", "input_dim": 6, "output_dim": 4, "mask_zero": true},
                    {"type": "Dense", "units": 5, "activation": "silu"}, {"type": "GRU", "units": 3}]}
                """),
        Case(
            testDescription: "text of means", isTokens: true,
            json: """
                {"input_shape": [5], "layers": [
                    {"type": "Embedding", "input_dim": 6, "output_dim": 4, "mask_zero": true},
                    {"type": "GlobalAveragePooling1D"}, {"type": "Dense", "units": 2}]}
                """),
        Case(
            testDescription: "series",
            json: """
                {"input_shape": [12, 2], "layers": [
                    {"type": "Masking"}, {"type": "Conv1D", "filters": 4, "kernel_size": 3, "padding": "causal"},
                    {"type": "BatchNormalization"}, {"type": "MaxPooling1D"}, {"type": "AveragePooling1D"},
                    {"type": "Reshape", "target_shape": [2, 6]},
                    {"type": "Bidirectional", "layer": {"type": "LSTM", "units": 3, "return_sequences": true}},
                    {"type": "GlobalMaxPooling1D"}, {"type": "Dense", "units": 2}]}
                """),
        activations([
            #"{"type": "ELU"}"#, #"{"type": "GELU"}"#, #"{"type": "LeakyReLU"}"#, #"{"type": "ReLU"}"#,
            #"{"type": "SELU"}"#, #"{"type": "Softmax"}"#,
        ]),
        activations([
            #"{"type": "Softplus"}"#, #"{"type": "GELU", "approximate": "tanh"}"#,
            #"{"type": "Activation", "activation": "hard_sigmoid"}"#,
            #"{"type": "Activation", "activation": "exponential"}"#,
            #"{"type": "Activation", "activation": "softsign"}"#, #"{"type": "Activation", "activation": "relu6"}"#,
        ]),
    ]

    /// The model's plan, with random rows in its inputs.
    private static func run(_ example: Case, batch: Int, threads: Int) throws -> (ParameterStore, TrainingPlan) {
        let architecture = try Architecture(json: try JSONValue(parsing: example.json))
        let model = try TrainableModel(architecture: architecture, seed: 4)
        let parameters = model.parameters.map { ($0.name, $0.tensor, $0.isTrainable) }
        let store = ParameterStore(parameters.filter(\.2) + parameters.filter { !$0.2 })
        var graph = model.graph
        try graph.prepareForTraining(parameters: Set(parameters.map(\.0)))
        let plan = try TrainingCompiler(graph: graph, store: store, kernels: .best())
            .compile(capacity: batch, pool: threads > 1 ? ComputePool(threads: threads) : nil)
        var random = RandomSource(seed: 8)
        let count = plan.inputSizes[0]
        for row in 0..<batch {
            for index in 0..<count {
                let isPadding = index > row
                let token = isPadding ? 0 : random.uniform(count: 1, in: 1..<6)[0].rounded(.down)
                plan.input(0)[row * count + index] = example.isTokens ? token : random.uniform(count: 1, in: -1..<1)[0]
            }
            if plan.inputSizes.count > 1 { plan.input(1)[row] = Float(row % 6) }
        }
        return (store, plan)
    }

    @Test(arguments: cases, [1, 2]) func everyParameterHasItsGradient(_ example: Case, threads: Int) throws {
        let batch = 6
        let (store, plan) = try Self.run(example, batch: batch, threads: threads)
        let size = plan.outputSize
        var random = RandomSource(seed: 9)
        let weights = random.uniform(count: batch * size, in: -1..<1)
        func loss() -> Double {
            plan.train(batch: batch, seed: 3) { rows, _ in
                for index in rows.lowerBound * size..<rows.upperBound * size {
                    plan.outputGradients[index] = weights[index]
                }
            }
            return (0..<batch * size).reduce(0) { $0 + Double(plan.outputs[$1]) * Double(weights[$1]) }
        }
        _ = loss()
        let gradients = store.parameters.indices.map { store.gradient($0).floats }
        for (index, parameter) in store.parameters.enumerated() where parameter.isTrainable {
            let values = store.values + parameter.range.lowerBound
            let kept = store.tensor(index).floats
            var direction = random.uniform(count: kept.count, in: -1..<1)
            let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for element in direction.indices { direction[element] /= length }
            let step: Float = 2e-3
            func moved(_ factor: Float) -> Double {
                for element in kept.indices { values[element] = kept[element] + factor * direction[element] }
                defer { for element in kept.indices { values[element] = kept[element] } }
                return loss()
            }
            let slope = (moved(step) - moved(-step)) / Double(2 * step)
            let expected = zip(gradients[index], direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(slope - expected) < 5e-3 * max(1, abs(slope)), "\(parameter.name)")
            #expect(gradients[index].contains { $0 != 0 }, "\(parameter.name)")
        }
    }
}
