import Graphs
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Networks of images as PyTorch exports them (`Tests/Fixtures/make_onnx_images.py`), against PyTorch's answers: in the
/// style of MobileNet, EfficientNet, U-Net, ConvNeXt, of generators, of style transfer and of volumes.
struct ONNXImageTests {
    static let names = [
        "convnext_dynamo", "convnext_legacy", "efficientnet_legacy", "generator_dynamo", "mobilenet2_dynamo",
        "mobilenet3_legacy", "style_dynamo", "unet_bilinear_dynamo", "unet_corners_legacy", "unet_nearest_dynamo",
        "unet_transposed_legacy", "volume_legacy",
    ]

    private static func example(_ name: String) throws -> (graph: Graph, input: Tensor, expected: [Float]) {
        let answers = try SafeTensors(path: Fixtures.path("onnx/\(name).safetensors")).tensors
        return (
            try ONNXImporter.graph(path: Fixtures.path("onnx/\(name).onnx")), try #require(answers["input.0"]),
            try #require(answers["output.0"]).floats
        )
    }

    @Test(arguments: names, Kernels.available) func answerAsPyTorchDoes(name: String, kernels: Kernels) throws {
        let (graph, input, expected) = try Self.example(name)
        let plan = try CompiledModel(graph, kernels: kernels).plan(bindings: [:])
        #expect(plan.fixedBatch == nil)
        let found = plan.run([input], rows: 3)
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// The plan that computes gradients gives the same answers, and the parameters get gradients.
    @Test(arguments: names) func canBeTrained(name: String) throws {
        var (graph, input, expected) = try Self.example(name)
        let parameters = graph.parameters()
        let store = ParameterStore(parameters.filter(\.isTrainable) + parameters.filter { !$0.isTrainable })
        try graph.prepareForTraining(parameters: Set(parameters.map(\.name)))
        let plan = try TrainingCompiler(graph: graph, store: store, kernels: Kernels.best()).compile(capacity: 3)
        plan.input(0).update(from: input.storage.floats, count: input.elementCount)
        plan.predict(batch: 3)
        let found = Array(UnsafeBufferPointer(start: plan.outputs, count: expected.count))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        let size = plan.outputSize
        nonisolated(unsafe) let target = UnsafeMutableBufferPointer(start: plan.outputGradients, count: 3 * size)
        plan.train(batch: 3, seed: 1) { range, _ in
            for index in range.lowerBound * size..<range.upperBound * size { target[index] = Float(index % 3) - 0.5 }
        }
        let gradients = store.parameters.indices.filter { store.parameters[$0].isTrainable }.map {
            store.gradient($0).floats
        }
        #expect(gradients.allSatisfy { $0.allSatisfy(\.isFinite) })
        // A bias before a normalisation has none, and there are few.
        #expect(gradients.count { $0.contains { $0 != 0 } } * 4 > gradients.count * 3)
    }
}
