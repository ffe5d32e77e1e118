import FoundationEssentials
import Graphs
import JSON
import ONNXProtobuf
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

/// What files say of themselves.
struct FileContentsTests {
    private let directory = TemporaryDirectory()

    @Test func anONNXFileNamesItsNodesAndTensors() throws {
        let contents = try FileContents.read(path: Repository.models + "/digits-cnn/1")
        #expect(contents.format == "onnx" && contents.isModel && contents.problems.isEmpty)
        #expect(contents.facts.first == FileContents.Fact("producer", "tf2onnx 1.17.0 None"))
        #expect(contents.inputs == ["keras_tensor float32[unk__44, 28, 28, 1]"])
        #expect(contents.parts.count == 21 && contents.parts[1].type == "Conv")
        #expect(contents.tensors.contains { $0.shape == [64, 32, 3, 3] && $0.byteCount == 73_728 })
    }

    @Test func everyReasonIsNamed() throws {
        let model = ONNXBuilding.model(
            nodes: [
                ONNXBuilding.node("Foo", ["x"], ["a"], name: "one"),
                ONNXBuilding.node("Relu", ["a"], ["b"], name: "two"),
                ONNXBuilding.node("Bar", ["b"], ["c"], name: "three"),
                ONNXBuilding.node(
                    "Gelu", ["c"], ["y"], name: "four",
                    [ONNXBuilding.attribute("approximate", .string) { $0.s = .init("x".utf8) }]),
            ])
        directory.write(try model.fileBytes(), to: "m.onnx")
        let contents = try FileContents.read(path: directory.path + "/m.onnx")
        #expect(
            contents.problems == [
                "node \"one\" (Foo): operator Foo is not supported",
                "node \"three\" (Bar): operator Bar is not supported",
                "node \"four\" (Gelu): attribute approximate: expected none or tanh, got x",
            ])
    }

    @Test func aNativeModelIsComparedWithItsTensors() throws {
        let json: JSONValue = [
            "input_shape": [4],
            "layers": [["type": "Dense", "name": "a", "units": 2], ["type": "Dense", "units": 1]],
        ]
        directory.write(json.bytes, to: "m/architecture.json")
        let tensors = [
            "a.weight": Tensor([Float](repeating: 0, count: 6), shape: [2, 3]), "b": Tensor([1], shape: [1]),
        ]
        directory.write(SafeTensors(tensors: tensors, metadata: ["by": "me"]).bytes(), to: "m/model.safetensors")
        let contents = try FileContents.read(path: directory.path + "/m")
        #expect(contents.format == "native" && contents.parts.map(\.type) == ["Dense", "Dense"])
        #expect(contents.facts.contains(FileContents.Fact("by", "me")))
        #expect(
            contents.problems == [
                "tensor \"a.weight\": expected shape [2, 4], found [2, 3]",
                "tensor \"a.bias\": expected shape [2], found none",
                "tensor \"dense.weight\": expected shape [1, 2], found none",
                "tensor \"dense.bias\": expected shape [1], found none",
                "tensor \"b\": expected only tensors of the layers, found one of no layer",
            ])
        let alone = try FileContents.read(path: directory.path + "/m/architecture.json")
        #expect(!alone.isModel && alone.tensors.map(\.name) == ["a.weight", "a.bias", "dense.weight", "dense.bias"])
    }

    @Test func tensorsAreListed() throws {
        for name in ["all_types.safetensors", "stored.npz", "deflated.npz", "float32.npy"] {
            let contents = try FileContents.read(path: Fixtures.path(name))
            #expect(!contents.isModel && !contents.tensors.isEmpty, "\(name)")
        }
        let entry = try FileContents.read(path: Fixtures.path("float16.npy")).tensors[0]
        #expect(entry.name == "float16" && entry.dtype == "float16" && entry.byteCount == 2 * entry.shape.reduce(1, *))
    }

    @Test func everyLayerThatKerasHasAndApusHasNotIsNamed() throws {
        let config: JSONValue = [
            "class_name": "Sequential", "module": "keras",
            "config": [
                "name": "m",
                "layers": [
                    [
                        "class_name": "InputLayer", "module": "keras.layers",
                        "config": ["name": "x", "batch_shape": [nil, 4]],
                    ],
                    ["class_name": "Dense", "module": "keras.layers", "config": ["name": "d", "units": 2]],
                    ["class_name": "Attention", "module": "keras.layers", "config": ["name": "a"]],
                    ["class_name": "Hashing", "module": "keras.layers", "config": ["name": "h"]],
                ],
            ],
        ]
        directory.write(config.bytes, to: "config.json")
        directory.write(try Fixtures.bytes("hdf5/small.h5"), to: "m.weights.h5")
        let contents = try FileContents.read(path: directory.path + "/m.weights.h5")
        #expect(contents.format == "keras" && contents.isModel)
        #expect(contents.parts.map(\.type) == ["InputLayer", "Dense", "Attention", "Hashing"])
        #expect(contents.problems.count == 2 && contents.problems[1].contains("Hashing \"h\""))
    }

    /// Functions that make masks are no layers.
    @Test(arguments: ["masked/model.keras", "functions/model.h5"])
    func functionsOfKerasAreNoProblem(file: String) throws {
        let contents = try FileContents.read(path: Fixtures.path("keras3/\(file)"))
        #expect(contents.problems.isEmpty, "\(contents.problems)")
    }

    @Test func weightsWithoutAConfigAreTensors() throws {
        let contents = try FileContents.read(path: Fixtures.path("hdf5/small.h5"))
        #expect(contents.format == "hdf5" && !contents.isModel && !contents.tensors.isEmpty)
    }

    @Test func damageIsRefusedOrRead() throws {
        for name in ["lstm.onnx", "mixed.safetensors", "stored.npz"] {
            let file = try Fixtures.bytes(name)
            Damage.mutations(of: Array(file.prefix(3000))) { bytes in
                directory.write(bytes, to: name)
                _ = try FileContents.read(path: directory.path + "/" + name)
            }
        }
    }

    @Test func otherFilesAreRefused() throws {
        directory.write("x", to: "notes.txt")
        let error = #expect(throws: ModelFormatError.self) {
            try FileContents.read(path: directory.path + "/notes.txt")
        }
        #expect(error?.description.hasPrefix("file: only .onnx, ") == true)
        #expect(throws: ModelFormatError.unreadable(file: "none.onnx", reason: "No such file or directory")) {
            try FileContents.read(path: directory.path + "/none.onnx")
        }
    }
}
