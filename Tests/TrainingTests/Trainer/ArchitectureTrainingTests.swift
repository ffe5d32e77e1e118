import JSON
import ModelFormats
import Tensors
import Testing

@testable import Training

/// Networks that requests describe, trained on digits, and served as they were trained.
struct ArchitectureTrainingTests {
    static let layers = [
        #"{"type": "GRU", "units": 24, "return_sequences": true}, {"type": "BatchNormalization"}, "#
            + #"{"type": "GlobalAveragePooling1D"}, {"type": "Dense", "units": 10, "activation": "softmax"}"#,
        #"{"type": "Bidirectional", "layer": {"type": "SimpleRNN", "units": 16}}, {"type": "Dropout", "rate": 0.1}, "#
            + #"{"type": "Dense", "units": 10}"#,
        #"{"type": "Conv1D", "filters": 16, "kernel_size": 5, "padding": "causal"}, {"type": "LeakyReLU"}, "#
            + #"{"type": "MaxPooling1D"}, {"type": "LSTM", "units": 20}, {"type": "Dense", "units": 10}"#,
        #"{"type": "Reshape", "target_shape": [28, 28, 1]}, "#
            + #"{"type": "Conv2D", "filters": 8, "kernel_size": 3, "strides": 2, "use_bias": false}, "#
            + #"{"type": "BatchNormalization", "scale": false}, {"type": "ReLU"}, {"type": "DepthwiseConv2D", "#
            + #""kernel_size": 3, "padding": "same", "activation": "silu"}, {"type": "GlobalMaxPooling2D"}, "#
            + #"{"type": "Dense", "units": 10}"#,
    ]

    /// The shape of a sample comes from the data.
    @Test(arguments: layers) func trainsWhatARequestDescribes(layers: String) throws {
        let fixture = try TrainingFixture(rows: 300, testRows: 100)
        let members = """
            "architecture": {"layers": [\(layers)]}, "epochs": 4, "batch_size": 16, \
            "optimizer": {"name": "adam", "learning_rate": 0.005}
            """
        let (result, _) = try fixture.run("a", members, threads: 2).finish()
        let losses = result.history.values(of: "train_loss").map(\.value)
        #expect(losses.count == 4 && losses[3] < 0.98 * losses[0], "\(losses)")
        let evaluated = try VersionEvaluator(directory: result.bundle, kernels: .best())
            .evaluate(fixture.dataset, options: DataOptions(), split: .test)
        #expect(evaluated.report.metrics["accuracy"] == result.metrics["test_accuracy"])
        #expect(try NativeModel(path: result.bundle + "/model.safetensors").architecture.inputs[0].shape == [28, 28])
    }
}
