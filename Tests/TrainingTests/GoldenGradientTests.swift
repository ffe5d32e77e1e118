import Graphs
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import Training

/// Gradients of the mean cross-entropy of whole models, against PyTorch's numbers, which
/// `Tests/Fixtures/make_gradients.py` has written.
struct GoldenGradientTests {
    /// The model files and what PyTorch says of each.
    private static let models: [(model: String, gradients: String)] =
        [
            ("t_seed_cnn/model_legacy", "t_seed_cnn"), ("t_seed_cnn/model_dynamo", "t_seed_cnn"),
            ("t_seed_lstm_seq28/model_dynamo", "t_seed_lstm_seq28"), ("t_gru/model_legacy", "t_gru"),
            ("t_rnn_tanh/model_legacy", "t_rnn_tanh"), ("t_lenet5/model_legacy", "t_lenet5"),
        ].map { (Repository.fixture("golden/\($0.0).onnx"), $0.1) }
        + [("digits-cnn", "k_seed_cnn"), ("digits-lstm", "t_seed_lstm_seq28")].map {
            (Repository.models + "/\($0.0)/1/model.onnx", $0.1)
        }

    /// A model in training, over the rows of a fixture.
    private struct Run {
        let store: ParameterStore
        let plan: TrainingPlan
        let pool: ComputePool?
        let rows: Int
        let labels: [Float]

        init(path: String, fixture: SafeTensors, kernels: Kernels, threads: Int) throws {
            let input = try #require(fixture.tensors["input"])
            labels = try #require(fixture.tensors["labels"]).floats
            rows = input.shape[0]
            var graph = try ModelLoader.loadModel(path: path)
            let parameters = graph.parameters()
            store = ParameterStore(parameters.map { ($0.name, $0.tensor, $0.isTrainable) })
            try graph.prepareForTraining(parameters: Set(parameters.map(\.name)))
            _ = graph.removeFinalActivation()
            pool = threads > 1 ? ComputePool(threads: threads) : nil
            let bindings = Dictionary(uniqueKeysWithValues: graph.freeSymbols.map { ($0, input.shape[1]) })
            plan = try TrainingCompiler(graph: graph, store: store, kernels: kernels)
                .compile(capacity: rows, bindings: bindings, pool: pool)
            input.floats.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                plan.input(0).update(from: base, count: source.count)
            }
        }

        /// The mean loss; its gradient is in the store.
        func train() -> Double {
            let (plan, labels, rows, columns) = (plan, labels, rows, plan.outputSize)
            plan.train(batch: rows, seed: 1) { part, _ in
                let offset = part.lowerBound * columns
                labels.withUnsafeBufferPointer { targets in
                    guard let targets = targets.baseAddress else { return }
                    _ = Loss(.crossEntropy).evaluate(
                        outputs: plan.outputs + offset, targets: targets + part.lowerBound, rows: part.count,
                        columns: columns, targetColumns: 1, batch: rows, gradient: plan.outputGradients + offset)
                }
            }
            return labels.withUnsafeBufferPointer { targets in
                guard let targets = targets.baseAddress else { return .nan }
                return Loss(.crossEntropy).evaluate(
                    outputs: plan.outputs, targets: targets, rows: rows, columns: columns, targetColumns: 1,
                    gradient: nil) / Double(rows)
            }
        }
    }

    @Test(arguments: models.map(\.model), Kernels.available)
    func areThoseOfPyTorch(path: String, kernels: Kernels) throws {
        let name = try #require(Self.models.first { $0.model == path }?.gradients)
        let fixture = try SafeTensors(path: Repository.fixture("golden/\(name)/gradients.safetensors"))
        let expectedLoss = Double(try #require(fixture.tensors["loss"]).floats[0])
        for threads in [1, 3] {
            let run = try Run(path: path, fixture: fixture, kernels: kernels, threads: threads)
            #expect(abs(run.train() - expectedLoss) < 1e-5)
            let count = fixture.tensors.keys.count { $0.hasPrefix("gradient.") || $0.hasPrefix("sample.") }
            #expect(run.store.parameters.count == count)
            for (index, parameter) in run.store.parameters.enumerated() {
                let gradient = run.store.gradient(index).floats
                let own: [Float]
                let expected: [Float]
                if let whole = fixture.tensors["gradient.\(index)"] {
                    #expect(whole.shape == parameter.shape)
                    (own, expected) = (gradient, whole.floats)
                } else {
                    expected = try #require(fixture.tensors["sample.\(index)"]).floats
                    own = stride(from: 0, to: gradient.count, by: 7).map { gradient[$0] }
                }
                #expect(own.count == expected.count)
                let largest = zip(own, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
                #expect(largest <= 1e-5, "\(parameter.name), \(threads) threads")
            }
        }
    }
}
