import Graphs
import JSON
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

/// Gradients of models in training, batch normalisation by the statistics of the batch, against PyTorch's numbers, which
/// `Tests/Fixtures/make_training_gradients.py` has written.
struct TrainingGradientTests {
    private static let models = [
        "k_bilstm2", "k_branches", "k_conv1d", "k_drop_bn", "k_lstm_text_mask", "k_seed_lstm", "t_resnet18s",
    ]

    /// A model without dropout and noise, over the rows of a fixture.
    private struct Run {
        let architecture: Architecture
        let store: ParameterStore
        let plan: TrainingPlan
        let pool: ComputePool?
        let rows: Int
        let weights: [Float]

        init(_ name: String, fixture: SafeTensors, kernels: Kernels, threads: Int) throws {
            let native = try TrainingGradientTests.native(name)
            let text = String(decoding: native.architecture.json.bytes, as: UTF8.self)
            architecture = try Architecture(json: try TrainingGradientTests.withoutNoise(text))
            var graph = try architecture.graph(parameters: native.parameters)
            let parameters = graph.parameters()
            store = ParameterStore(parameters.map { ($0.name, $0.tensor, $0.isTrainable) })
            try graph.prepareForTraining(parameters: Set(parameters.map(\.name)))
            pool = threads > 1 ? ComputePool(threads: threads) : nil
            let inputs = try graph.inputs.indices.map { try #require(fixture.tensors["input.\($0)"]) }
            rows = inputs[0].shape[0]
            weights = try #require(fixture.tensors["weights"]).floats
            let bindings = Dictionary(uniqueKeysWithValues: graph.freeSymbols.map { ($0, inputs[0].shape[1]) })
            plan = try TrainingCompiler(graph: graph, store: store, kernels: kernels)
                .compile(capacity: rows, bindings: bindings, pool: pool)
            for (index, input) in inputs.enumerated() {
                input.floats.withUnsafeBufferPointer { source in
                    guard let base = source.baseAddress else { return }
                    plan.input(index).update(from: base, count: source.count)
                }
            }
        }

        /// Leaves the gradient of the mean over the rows of the outputs times the weights in the store.
        func train() {
            let (plan, weights, rows, columns) = (plan, weights, rows, plan.outputSize)
            plan.train(batch: rows, seed: 1) { part, _ in
                for index in (part.lowerBound * columns)..<(part.upperBound * columns) {
                    plan.outputGradients[index] = weights[index] / Float(rows)
                }
            }
        }

        /// The gradients as a file of the model would have them, by name.
        func gradients() -> [String: Tensor] {
            var constants: [String: Tensor] = [:]
            for (index, parameter) in store.parameters.enumerated() {
                constants[parameter.name] = store.gradient(index)
            }
            for spec in architecture.parameters where constants[spec.name] == nil {
                constants[spec.name] = Tensor([Float](repeating: 0, count: spec.shape.elementCount), shape: spec.shape)
            }
            return architecture.fileTensors(fromGraphConstants: constants)
        }
    }

    private static func native(_ name: String) throws -> NativeModel {
        if name.hasPrefix("k_") {
            let path = Repository.root + "/Tests/ModelFormatsTests/Fixtures/golden-keras/\(name)/model.keras"
            return try KerasReader.model(path: path).model
        }
        return try NativeModel(path: Repository.fixture("training/\(name)/model.pt"))
    }

    private static func withoutNoise(_ text: String) throws -> JSONValue {
        var text = text
        for member in ["rate", "stddev", "dropout", "recurrent_dropout"] {
            let parts = text.split(separator: "\"\(member)\":", omittingEmptySubsequences: false)
            let rest = parts.dropFirst().map { part in "\"\(member)\":0" + part.drop { !",}".contains($0) } }
            text = String(parts[0]) + rest.joined()
        }
        return try JSONValue(parsing: text)
    }

    @Test(arguments: models, Kernels.available)
    func areThoseOfPyTorch(name: String, kernels: Kernels) throws {
        let fixture = try SafeTensors(path: Repository.fixture("training/\(name).safetensors"))
        for threads in [1, 3] {
            let run = try Run(name, fixture: fixture, kernels: kernels, threads: threads)
            run.train()
            let gradients = run.gradients()
            let wanted = fixture.tensors.filter { $0.key.hasPrefix("gradient.") || $0.key.hasPrefix("sample.") }
            #expect(wanted.count > 3)
            for (key, expected) in wanted {
                let isSample = key.hasPrefix("sample.")
                let tensor = key.drop { $0 != "." }.dropFirst()
                let whole = try #require(gradients[String(tensor)], "\(tensor)").floats
                let own = isSample ? stride(from: 0, to: whole.count, by: 7).map { whole[$0] } : whole
                #expect(own.count == expected.elementCount)
                let largest = zip(own, expected.floats).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
                #expect(largest <= 1e-5, "\(tensor), \(threads) threads")
            }
        }
    }
}
