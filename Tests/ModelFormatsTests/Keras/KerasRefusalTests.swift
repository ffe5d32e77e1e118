import JSON
import Tensors
import Testing

@testable import ModelFormats

/// Configs that Apus must not follow.
struct KerasRefusalTests {
    /// A sequential model of layers on [4].
    private static func sequential(_ layers: [JSONValue]) -> JSONValue {
        let input: JSONValue = [
            "module": "keras.layers", "class_name": "InputLayer",
            "config": ["batch_shape": [nil, 4], "dtype": "float32", "name": "input"], "registered_name": nil,
        ]
        return [
            "module": "keras", "class_name": "Sequential", "config": ["name": "m", "layers": .array([input] + layers)],
        ]
    }

    private static func layer(
        _ className: String, _ config: JSONValue = [:], module: JSONValue = "keras.layers",
        registered: JSONValue = nil
    ) -> JSONValue {
        let members = [JSONMember("name", "suspect")] + (config.members ?? [])
        return [
            "module": module, "class_name": .string(className), "config": .object(members),
            "registered_name": registered,
        ]
    }

    /// Reads a config with weights that do not matter.
    private static func read(_ config: JSONValue) throws {
        let weights = try HDF5File(ByteSource(try Fixtures.bytes("hdf5/small.h5")))
        _ = try KerasModel(config: config, version: "3.15.0", weights: weights)
    }

    private static func refusal(_ config: JSONValue) throws -> String {
        let error = #expect(throws: ModelFormatError.self) { try read(config) }
        return "\(try #require(error))"
    }

    private static let layers: [(layer: JSONValue, words: [String])] = [
        (
            layer("Lambda", ["function": ["class_name": "__lambda__", "config": ["code": "4wEA"]]]),
            ["Lambda", "suspect", "Rescaling", "ONNX"]
        ),
        (layer("Evil", module: "os"), ["module", "\"os\"", "ONNX"]),
        (layer("Dense", ["units": 2], module: "builtins"), ["module", "builtins"]),
        (layer("Dense", ["units": 2], module: "keras.src.utils.python_utils"), ["keras.src.utils.python_utils"]),
        (layer("Dense", ["units": 2], module: "kerasevil.layers"), ["kerasevil"]),
        (layer("Mine", registered: "package>Mine"), ["registered_name", "package>Mine", "ONNX"]),
        (layer("Attention"), ["Attention", "suspect", "Dense, "]),
        (layer("TFOpLambda", ["function": "math.add"]), ["TFOpLambda", "ONNX"]),
        (
            layer(
                "Dense",
                ["units": 2, "activation": ["module": "builtins", "class_name": "function", "config": "evil"]]),
            ["activation", "function"]
        ),
        (
            layer("Dense", ["units": 2, "activation": ["module": "os", "class_name": "system", "config": [:]]]),
            ["activation", "\"os\""]
        ),
        (layer("Dense", ["units": 2, "activation": "evil"]), ["activation", "evil"]),
        (layer("Dense", ["units": -1]), ["suspect", "units"]),
        (layer("Dense", ["units": 2, "novelty": true]), ["novelty", "suspect"]),
        (layer("Dense", ["units": 2, "dtype": ["config": ["name": "int8_from_float32"]]]), ["int8_from_float32"]),
        (layer("LSTM", ["units": 2, "stateful": true]), ["stateful"]),
        (layer("Flatten", ["data_format": "channels_middle"]), ["channels_middle"]),
        (layer("BatchNormalization", ["axis": [1, 2]]), ["axis", "one dimension"]),
        (layer("TimeDistributed", ["layer": layer("Lambda")]), ["Lambda"]),
        (layer("Bidirectional", ["layer": layer("Mine", module: "mine")]), ["mine"]),
        (layer("RNN", ["cell": layer("MyCell", registered: "My>MyCell")]), ["My>MyCell"]),
        (layer("BatchNormalization", ["axis": 3]), ["axis", "dimensions of [4]"]),
    ]

    @Test(arguments: layers.indices)
    func refusesLayers(index: Int) throws {
        let (layer, words) = Self.layers[index]
        let text = try Self.refusal(Self.sequential([layer]))
        for word in words { #expect(text.contains(word), "\(text)") }
    }

    private static func functional(_ layers: [JSONValue], outputs: JSONValue) -> JSONValue {
        let input: JSONValue = [
            "class_name": "InputLayer", "config": ["batch_shape": [nil, 4], "name": "x"], "name": "x",
            "inbound_nodes": [],
        ]
        return [
            "class_name": "Functional",
            "config": [
                "name": "m", "layers": .array([input] + layers), "input_layers": [["x", 0, 0]],
                "output_layers": outputs,
            ],
        ]
    }

    private static func called(_ name: String, on input: String, _ call: Int = 0) -> JSONValue {
        [
            "class_name": "ReLU", "config": ["name": .string(name), "dtype": "float32"], "name": .string(name),
            "inbound_nodes": [[[.string(input), .integer(call), 0, [:]]]],
        ]
    }

    @Test func refusesGraphsThatAreNone() throws {
        let loop = [Self.called("a", on: "b"), Self.called("b", on: "a")]
        #expect(try Self.refusal(Self.functional(loop, outputs: [["a", 0, 0]])).contains("a loop"))
        #expect(
            try Self.refusal(Self.functional([Self.called("a", on: "a")], outputs: [["a", 0, 0]])).contains("a loop"))
        let missing = [Self.called("a", on: "none")]
        #expect(try Self.refusal(Self.functional(missing, outputs: [["a", 0, 0]])).contains("none of that name"))
        let good = [Self.called("a", on: "x")]
        #expect(try Self.refusal(Self.functional(good, outputs: [["b", 0, 0]])).contains("output_layers"))
        #expect(try Self.refusal(Self.functional(good, outputs: [["a", 0, 5]])).contains("a:5"))
        #expect(try Self.refusal(Self.functional(good, outputs: "a")).contains("output_layers"))
        let twice = good + good
        #expect(try Self.refusal(Self.functional(twice, outputs: [["a", 0, 0]])).contains("a name of its own"))
        // An output that is not there twice, with a wrong call, is fine.
        try Self.read(Self.functional(good, outputs: [["a", 7, 0]]))
    }

    @Test func refusesMasksGivenByHand() throws {
        let tensor: JSONValue = ["class_name": "__keras_tensor__", "config": ["keras_history": ["x", 0, 0]]]
        let layer: JSONValue = [
            "module": "keras.layers", "class_name": "ReLU", "config": ["name": "a", "dtype": "float32"], "name": "a",
            "inbound_nodes": [["args": [tensor], "kwargs": ["mask": tensor]]],
        ]
        #expect(try Self.refusal(Self.functional([layer], outputs: [["a", 0, 0]])).contains("masks"))
        let training: JSONValue = [
            "module": "keras.layers", "class_name": "Dropout",
            "config": ["name": "a", "rate": 0.5, "dtype": "float32"],
            "name": "a", "inbound_nodes": [["args": [tensor], "kwargs": ["training": true]]],
        ]
        #expect(try Self.refusal(Self.functional([training], outputs: [["a", 0, 0]])).contains("training"))
    }

    @Test func refusesModelsThatAreCode() throws {
        let text = try Self.refusal([
            "module": "mine", "class_name": "MyModel", "config": [:], "registered_name": "MyModel",
        ])
        #expect(text.contains("ONNX"))
        #expect(try Self.refusal(["class_name": "MyModel", "config": [:]]).contains("Sequential or Functional"))
        #expect(try Self.refusal(["class_name": "Sequential", "config": ["layers": 3]]).contains("layers"))
        #expect(try Self.refusal([]).contains("an object"))
    }

    /// Each model calls the one inside of it twice: 2^20 calls from a document of a few kilobytes.
    @Test func boundsModelsInModels() throws {
        var inner = Self.functional([Self.called("r", on: "x")], outputs: [["r", 0, 0]])
        for level in 0..<12 {
            let name = JSONValue.string("m\(level)")
            var members = inner.members ?? []
            members += [
                JSONMember("name", name), JSONMember("inbound_nodes", [[["x", 0, 0, [:]]], [[name, 1, 0, [:]]]]),
            ]
            inner = Self.functional([.object(members)], outputs: [[name, 2, 0]])
        }
        let text = try Self.refusal(inner)
        #expect(text.contains("calls") || text.contains("layers"))
    }
}
