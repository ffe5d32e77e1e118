import Graphs
import JSON
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// The graph form of `architecture.json`.
struct GraphFormTests {
    private let directory = TemporaryDirectory()

    private static let document = """
        {"format": "graph", "name": "m", "opset": 20,
         "inputs": [{"name": "x", "shape": ["batch", 2], "dtype": "float32"}],
         "outputs": [{"name": "y", "shape": ["batch", 2], "dtype": "float32"}],
         "nodes": [{"op_type": "Gemm", "name": "fc", "inputs": ["x", "w"], "outputs": ["h"],
                    "attributes": {"transB": {"int": 1}}},
                   {"op_type": "LeakyRelu", "inputs": ["h"], "outputs": ["y"],
                    "attributes": {"alpha": {"float": 0.25}}}]}
        """

    private static let tensors = ["w": Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])]

    private static func graph(_ text: String, _ tensors: [String: Tensor] = tensors) throws -> Graph {
        try GraphFormReader.graph(json: try JSONValue(parsing: text), tensors: tensors)
    }

    @Test func isRead() throws {
        let graph = try Self.graph(Self.document)
        #expect(try graph.evaluate([Tensor([1, -1] as [Float], shape: [1, 2])])[0].floats == [-0.25, -0.25])
    }

    @Test(arguments: [
        ("\"graph\"", "\"list\"", "architecture.json: format: expected \"graph\", or none for a list of layers"),
        ("20", "3", "architecture.json: opset: expected an integer in 7...26, found 3"),
        ("\"Gemm\"", "\"Gem\"", "architecture.json: nodes[0].op_type: expected an operator Apus has ("),
        ("\"int\": 1", "\"bool\": 1", "architecture.json: nodes[0].attributes.transB: expected one of int, float, "),
        ("\"int\": 1", "\"float\": 1", "node \"fc\" (Gemm): attribute transB: expected an integer, got a float"),
        ("[\"x\", \"w\"]", "[\"x\", \"v\"]", "tensor \"w\": expected only tensors that a node takes"),
        ("[\"h\"], \"outputs\"", "[\"g\"], \"outputs\"", "expected inputs that something makes, found \"g\""),
        (
            "\"batch\", 2], \"dtype\": \"float32\"}],\n \"out", "0, 2], \"dtype\": \"float32\"}],\n \"out",
            "inputs[0].shape[0]"
        ),
        ("\"name\": \"fc\"", "\"nme\": \"fc\"", "architecture.json: nodes[0].nme: expected one of"),
        (
            "\"dtype\": \"float32\"}],\n \"out", "\"dtype\": \"float8\"}],\n \"out",
            "inputs[0].dtype: expected \"bool\" or"
        ),
    ])
    func namesWhatIsWrong(old: String, new: String, message: String) {
        let text = Self.document.replacing(old, with: new)
        #expect(text != Self.document)
        let error = #expect(throws: ModelFormatError.self) { try Self.graph(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func survivesDamage() throws {
        Damage.mutations(of: Array(Self.document.utf8)) { bytes in
            _ = try GraphFormReader.graph(json: try JSONValue(parsing: bytes), tensors: Self.tensors)
        }
    }

    @Test func isWrittenAgainWithOtherParameters() throws {
        directory.write(Self.document, to: "m/architecture.json")
        directory.write(SafeTensors(tensors: Self.tensors).bytes(), to: "m/model.safetensors")
        let (_, source) = try ModelLoader.loadSource(path: directory.path + "/m")
        let bundle = try VersionBundle(source, parameters: ["w": Tensor([5, 6, 7, 8] as [Float], shape: [2, 2])])
        try bundle.write(to: directory.path + "/n")
        #expect(try BundleFile.json("architecture.json", in: directory.path + "/n")?["format"] == "graph")
        let loaded = try ModelLoader.loadModel(path: directory.path + "/n")
        #expect(loaded.values.first { $0.name == "w" }?.constant?.floats == [5, 6, 7, 8])
        let error = ModelFormatError.tensor("v", expected: "a constant of that name in the model", found: "none")
        #expect(throws: error) { try VersionBundle(source, parameters: ["v": Tensor([Float(1)], shape: [1])]) }
        #expect(throws: ModelFormatError.tensor("w", expected: "float32[2, 2]", found: "float32[1]")) {
            try VersionBundle(source, parameters: ["w": Tensor([Float(1)], shape: [1])])
        }
    }

    /// A weight that a node computes becomes a constant in its place.
    @Test func computedParametersBecomeConstants() throws {
        let text = Self.document.replacing("[\"x\", \"w\"]", with: "[\"x\", \"t\"]").replacing(
            "\"nodes\": [",
            with: "\"nodes\": [{\"op_type\": \"Transpose\", \"inputs\": [\"w\"], \"outputs\": [\"t\"]}, ")
        let described = try DescribedGraph(describing: try Self.graph(text))
        let changed = try described.replacing(["t": Tensor([5, 6, 7, 8] as [Float], shape: [2, 2])])
        #expect(changed.nodes.map(\.op) == ["Gemm", "LeakyRelu"])
        #expect(changed.constants.map(\.name) == ["t"])
    }

    /// Integer inputs stay what the file says, attributes that are tensors stand with the constants.
    @Test func typesAndTensorsOfAttributesStay() throws {
        let graph = try Self.graph(
            """
            {"format": "graph", "opset": 17, "inputs": [{"name": "t", "shape": ["batch", 3], "dtype": "int64"}],
             "outputs": [{"name": "y"}, {"name": "z"}], "nodes": [
                {"op_type": "Gather", "inputs": ["w", "t"], "outputs": ["y"]},
                {"op_type": "Shape", "inputs": ["t"], "outputs": ["s"]},
                {"op_type": "ConstantOfShape", "name": "fill", "inputs": ["s"], "outputs": ["z"],
                 "attributes": {"value": {"tensor": "fill.value"}}}]}
            """, Self.tensors.merging(["fill.value": Tensor([Float(7)], shape: [1])]) { $1 })
        let writer = try GraphFormWriter(try DescribedGraph(describing: graph))
        #expect(writer.document["inputs"]?.array?.first?["dtype"] == "int64")
        #expect(writer.tensors["fill.value"]?.floats == [7])
        let again = try GraphFormReader.graph(json: writer.document, tensors: writer.tensors)
        #expect(try GraphFormWriter(try DescribedGraph(describing: again)).document == writer.document)
    }
}
