import Graphs
import JSON
import ONNXProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// Models to ONNX and to the graph form of `architecture.json`, and back.
struct ONNXWriterTests {
    private let directory = TemporaryDirectory()

    static let files = [
        Repository.models + "/digits-cnn/1/model.onnx", Repository.models + "/digits-lstm/1/model.onnx",
        Repository.fixture("golden/t_seed_cnn/model_dynamo.onnx"), Repository.fixture("golden/t_gru/model_legacy.onnx"),
        Repository.fixture("golden/t_rnn_tanh/model_legacy.onnx"),
        Repository.fixture("golden/t_seed_lstm_seq28/model_dynamo.onnx"),
        Repository.fixture("golden/t_lenet5/model_legacy.onnx"), Fixtures.path("lstm.onnx"),
    ]

    /// Two rows for each input of a graph, free sizes 5.
    private static func rows(_ graph: Graph) -> [Tensor] {
        var random = RandomSource(seed: 3)
        return graph.inputs.enumerated().map { index, id in
            let sizes = graph[id].type?.dimensions.dropFirst().map { $0.fixedValue ?? 5 } ?? []
            let shape = Shape([graph[id].type?.dimensions.first?.fixedValue ?? 2] + sizes)
            return Tensor(random.uniform(count: shape.elementCount, in: -1..<1), shape: shape)
        }
    }

    private static func agree(_ left: Graph, _ right: Graph) throws -> Bool {
        let rows = rows(left)
        let (a, b) = (try left.evaluate(rows), try right.evaluate(rows))
        return a.map(\.shape) == b.map(\.shape)
            && zip(a, b).allSatisfy { zip($0.floats, $1.floats).allSatisfy { abs($0 - $1) < 1e-5 } }
    }

    @Test(arguments: files)
    func whatWasReadIsWrittenAsItWas(path: String) throws {
        let form = try ModelLoader.loadForm(path: path)
        let graph = try form.graph()
        let described = try form.described()
        let written = try ONNXImporter.graph(from: try ONNXWriter.bytes(of: described))
        #expect(try Self.agree(graph, written))
        #expect(written.inputs.map { written[$0].name } == graph.inputs.map { graph[$0].name })
        #expect(written.outputs.map { written[$0].name } == graph.outputs.map { graph[$0].name })
        // A second time changes nothing.
        let again = try DescribedGraph(
            describing: try ONNXImporter.fileGraph(from: try ONNXWriter.bytes(of: described)))
        #expect(again.nodes.map(\.op) == described.nodes.map(\.op))
        #expect(again.outputs.map(\.name) == described.outputs.map(\.name))
    }

    @Test(arguments: files)
    func becomesNativeAndONNXAgain(path: String) throws {
        let form = try ModelLoader.loadForm(path: path)
        for (name, bytes) in try form.nativeFiles() { directory.write(bytes, to: "m/\(name)") }
        let native = try ModelLoader.loadForm(path: directory.path + "/m")
        #expect(try Self.agree(try form.graph(), try native.graph()))
        let written = try ONNXImporter.graph(from: try ONNXWriter.bytes(of: try native.described()))
        #expect(try Self.agree(try form.graph(), written))
        #expect(try native.parameters().mapValues(\.floats) == form.parameters().mapValues(\.floats))
    }

    @Test func theFileSaysWhatItIs() throws {
        let model = try ONNXImporter.parse(
            try ONNXWriter.bytes(
                of: try ModelLoader.loadForm(path: Self.files[1]).described(), producerVersion: "1.2"))
        #expect(model.producerName == "apus" && model.producerVersion == "1.2")
        #expect(model.irVersion == 9 && model.opsetImport.map(\.version) == [20])
        #expect(model.graph.input[0].type.tensorType.shape.dim.map(\.dimParam) == ["batch", "time", ""])
        #expect(Set(model.graph.node.map(\.name)).count == model.graph.node.count)
    }

    /// Layers, and what masks and lengths make of them, mean the same when they are read again.
    @Test(arguments: LayerTests.models.map(\.name))
    func layersBecomeNodes(name: String) throws {
        let json = try #require(LayerTests.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let file = try SafeTensors(path: Fixtures.path("layers/\(name).safetensors")).tensors
        let tensors = file.filter { !$0.key.hasPrefix("input.") && !$0.key.hasPrefix("output.") }
        let graph = try architecture.graph(parameters: architecture.graphConstants(fromFileTensors: tensors))
        let written = try ONNXImporter.graph(from: try ONNXWriter.bytes(of: try DescribedGraph(describing: graph)))
        let inputs = (0..<2).compactMap { file["input.\($0)"] }
        let (found, expected) = (try written.evaluate(inputs)[0], try graph.evaluate(inputs)[0])
        #expect(found.shape == expected.shape)
        let worst = zip(found.floats, expected.floats).max { abs($0.0 - $0.1) < abs($1.0 - $1.1) }
        #expect(
            zip(found.floats, expected.floats).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) },
            "\(worst ?? (0, 0))")
    }

    @Test(arguments: SequenceLayerTests.names)
    func sequencesBecomeNodes(name: String) throws {
        let example = try SequenceLayerTests.Example(name)
        let graph = try example.graph()
        let described = try DescribedGraph(describing: graph)
        let written = try ONNXImporter.graph(from: try ONNXWriter.bytes(of: described))
        let (found, expected) = (try written.evaluate(example.inputs), try graph.evaluate(example.inputs))
        #expect(found.map(\.shape) == expected.map(\.shape))
        for (a, b) in zip(found, expected) {
            #expect(zip(a.floats, b.floats).allSatisfy { abs($0 - $1) < 1e-5 || ($0.isNaN && $1.isNaN) })
        }
        // Functions are written once for all nodes that need the same.
        #expect(Set(described.functions.map(\.name)).count == described.functions.count)
        let native = try GraphFormWriter(described)
        let again = try GraphFormReader.graph(json: native.document, tensors: native.tensors).evaluate(example.inputs)
        for (a, b) in zip(again, expected) {
            #expect(zip(a.floats, b.floats).allSatisfy { abs($0 - $1) < 1e-5 || ($0.isNaN && $1.isNaN) })
        }
    }

    /// All layers of the documents that tests have can be written, also those that only other programs read again.
    @Test(arguments: LayerTests.models.map(\.name))
    func layersAreDescribed(name: String) throws {
        let json = try #require(LayerTests.models.first { $0.name == name }?.json)
        let architecture = try Architecture(json: try JSONValue(parsing: json))
        let graph = try architecture.graph(parameters: randomParameters(of: architecture))
        let described = try DescribedGraph(describing: graph)
        #expect(described.outputs.map(\.name) == architecture.outputNames)
        for layer in architecture.layers where layer.parameterCount > 0 {
            #expect(described.nodes.contains { $0.name.hasPrefix(layer.name) }, "\(layer.name)")
        }
    }
}
