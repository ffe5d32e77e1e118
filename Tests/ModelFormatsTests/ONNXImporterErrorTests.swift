import Graphs
import ONNXProtobuf
import SwiftProtobuf
import Testing

@testable import ModelFormats

struct ONNXImporterErrorTests {
    /// The error of a model that `change` broke.
    private func error(_ change: (inout ONNXModelProto) -> Void) throws -> ModelFormatError? {
        var model = ONNXBuilding.model()
        change(&model)
        let bytes = try model.fileBytes()
        return #expect(throws: ModelFormatError.self) { try ONNXImporter.graph(from: bytes) }
    }

    @Test(arguments: [7, 8, 17, 26]) func acceptsOpsets(opset: Int64) throws {
        var model = ONNXBuilding.model()
        model.opsetImport[0].version = opset
        model.opsetImport.append(
            ONNXOperatorSetIdProto.with {
                $0.domain = "ai.onnx.ml"; $0.version = 2
            })
        #expect(try model.imported().nodes.count == 2)
    }

    @Test(arguments: [-1, 0, 6, 27, .max] as [Int64]) func refusesOpsets(opset: Int64) throws {
        let error = try error { $0.opsetImport[0].version = opset }
        #expect(error == .unsupported(part: "ONNX opset", expected: "7 to 26 are", found: "\(opset)"))
        #expect(error?.description == "ONNX opset: only 7 to 26 are supported, found \(opset)")
    }

    @Test func refusesModelsWithoutVersions() throws {
        #expect(
            try error { $0.opsetImport = [] }
                == .malformed(
                    part: "ONNX opset_import", expected: "one version of the domain \"ai.onnx\"", found: "none"))
        #expect(
            try error {
                $0.opsetImport.append(
                    ONNXOperatorSetIdProto.with {
                        $0.domain = "ai.onnx"; $0.version = 9
                    })
            }
                == .malformed(
                    part: "ONNX opset_import", expected: "one version of the domain \"ai.onnx\"",
                    found: "versions [9, 17]"))
        #expect(
            try error { $0.irVersion = 2 }
                == .unsupported(part: "ONNX ir_version", expected: "3 and later are", found: "2"))
        #expect(
            try error { $0.clearGraph() } == .malformed(part: "ONNX model", expected: "a graph", found: "none"))
    }

    @Test func refusesBytesThatAreNoModel() {
        #expect(
            throws: ModelFormatError.malformed(
                part: "ONNX model", expected: "a protobuf ModelProto",
                found: "a message that ends early (the file has 3 bytes)")
        ) { try ONNXImporter.graph(from: [0x3A, 0xFF, 0x01]) }
        #expect(
            throws: ModelFormatError.malformed(
                part: "ONNX model", expected: "a protobuf ModelProto", found: "an empty file")
        ) { try ONNXImporter.graph(from: []) }
        #expect(throws: ModelFormatError.self) { try ONNXImporter.graph(from: Array("<html>not a model</html>".utf8)) }
    }

    @Test func namesTheNodeOfAnUnknownValue() throws {
        let error = try error { $0.graph.node[1].input = ["missing"] }
        #expect(
            error
                == .node(
                    "relu", operator: "Relu", expected: "inputs that something makes",
                    found: "\"missing\", which nothing makes"))
        #expect(
            error?.description
                == "node \"relu\" (Relu): expected inputs that something makes, found \"missing\", which nothing makes")
    }

    @Test func namesTheNodeThatMakesAValueAgain() throws {
        for name in ["h", "x", "w"] {
            #expect(
                try error { $0.graph.node[1].output = [name] }
                    == .node(
                        "relu", operator: "Relu", expected: "outputs that nothing else makes",
                        found: "\"\(name)\", which is made twice"))
        }
    }

    @Test func namesANodeOfACircle() throws {
        #expect(
            try error { $0.graph.node[0].input = ["y", "w"] }
                == .node(
                    "relu", operator: "Relu", expected: "inputs that do not depend on its outputs",
                    found: "\"h\", which does"))
    }

    @Test func namesTheNodeOfAnOperatorThatIsNotSupported() throws {
        let unknown = try error { $0.graph.node[1].opType = "Frobnicate" }
        #expect(
            unknown == .graph(.node("relu", operator: "Frobnicate", .unsupportedOperator("Frobnicate", domain: ""))))
        #expect(unknown?.description == "node \"relu\" (Frobnicate): operator Frobnicate is not supported")
        #expect(
            try error { $0.graph.node[1].domain = "com.microsoft" }
                == .graph(.node("relu", operator: "Relu", .unsupportedOperator("Relu", domain: "com.microsoft"))))
        #expect(
            try error {
                $0.graph.node[1].domain = "local"
                $0.functions = [
                    ONNXFunctionProto.with {
                        $0.domain = "local"; $0.name = "Relu"
                    }
                ]
            }
                == .node(
                    "relu", operator: "Relu", expected: "an operator of ONNX",
                    found: "a function that the model defines itself"))
    }

    @Test func namesTheNodeOfABadAttribute() throws {
        let cases: [([ONNXAttributeProto], expected: String, found: String)] = [
            (
                [ONNXBuilding.attribute("body", .graph)], "no subgraph (control flow is not supported)",
                "one in attribute \"body\""
            ),
            (
                [ONNXBuilding.attribute("a", .int), ONNXBuilding.attribute("a", .int)], "each attribute once",
                "\"a\" twice"
            ),
            (
                [ONNXBuilding.attribute("a", .undefined)], "attribute \"a\" to hold numbers, strings or a tensor",
                "type 0"
            ),
            (
                [ONNXBuilding.attribute("a", .sparseTensor)], "attribute \"a\" to hold numbers, strings or a tensor",
                "type 11"
            ),
            (
                [ONNXBuilding.attribute("a", .string) { $0.s = ONNXBuilding.raw([0xFF] as [UInt8]) }],
                "attribute \"a\" to be UTF-8", "other bytes"
            ),
            (
                [ONNXBuilding.attribute("a", .int) { $0.refAttrName = "b" }], "a value for attribute \"a\"",
                "a reference"
            ),
        ]
        for (attributes, expected, found) in cases {
            #expect(
                try error { $0.graph.node[1].attribute = attributes }
                    == .node("relu", operator: "Relu", expected: expected, found: found))
        }
        let tensor = ONNXBuilding.attribute("a", .tensor) { $0.t = ONNXBuilding.floats("", [1], [2]) }
        #expect(
            try error { $0.graph.node[1].attribute = [tensor] }
                == .tensor("relu.a", expected: "8 bytes for shape [2]", found: "4"))
    }

    @Test func refusesConstantsWithoutAValue() throws {
        let expected = "one attribute value, value_int, value_ints, value_float or value_floats"
        #expect(
            try error { $0.graph.node.append(ONNXBuilding.node("Constant", [], ["c"])) }
                == .node("c", operator: "Constant", expected: expected, found: "none"))
        let string = ONNXBuilding.attribute("value_string", .string)
        #expect(
            try error { $0.graph.node.append(ONNXBuilding.node("Constant", [], ["c"], [string])) }
                == .node("c", operator: "Constant", expected: expected, found: "\"value_string\""))
        #expect(
            try error { $0.graph.node.append(ONNXBuilding.node("Constant", ["x"], ["c"])) }
                == .node(
                    "c", operator: "Constant", expected: "no input and one output", found: "1 inputs and 1 outputs"))
    }

    @Test func refusesInputsAndOutputsByName() throws {
        #expect(
            try error { $0.graph.output[0].name = "z" }
                == .malformed(
                    part: "graph output \"z\"", expected: "a value of the graph", found: "a name that nothing makes"))
        #expect(
            try error { $0.graph.output.append($0.graph.output[0]) }
                == .malformed(
                    part: "graph output \"y\"", expected: "a name of its own", found: "another output of that name"))
        #expect(
            try error { $0.graph.output = [] }
                == .malformed(part: "ONNX graph", expected: "an output", found: "none"))
        #expect(
            try error { $0.graph.input.append($0.graph.input[0]) }
                == .malformed(
                    part: "graph input \"x\"", expected: "a name of its own", found: "another input of that name"))
        #expect(
            try error { $0.graph.input[0].type.tensorType.elemType = 8 }
                == .malformed(part: "graph input \"x\"", expected: "numbers or booleans", found: "data type 8 (string)")
        )
        #expect(
            try error { $0.graph.input[0].type.tensorType.clearShape() }
                == .malformed(part: "graph input \"x\"", expected: "a shape", found: "none"))
        #expect(
            try error { $0.graph.input[0].type.sequenceType = .init() }
                == .malformed(part: "graph input \"x\"", expected: "a tensor", found: "a sequence"))
        #expect(
            try error { $0.graph.input[0].type.tensorType.shape.dim[1].dimValue = -5 }
                == .malformed(part: "graph input \"x\"", expected: "dimension 1 from 1 to 2147483647", found: "-5"))
    }

    @Test func refusesInitializersByName() throws {
        #expect(
            try error { $0.graph.initializer.append($0.graph.initializer[0]) }
                == .tensor("w", expected: "one initializer of that name", found: "two"))
        #expect(
            try error { $0.graph.initializer[0].name = "" }
                == .malformed(part: "ONNX initializers", expected: "a name for each", found: "one without"))
        #expect(
            try error { $0.graph.sparseInitializer = [ONNXSparseTensorProto()] }
                == .unsupported(part: "ONNX initializers", expected: "dense tensors are", found: "a sparse one"))
    }

    @Test func refusesInputsThatNoMemoryHolds() throws {
        let size = Int64(Int32.max)
        let dimensions: [ONNXTensorShapeProto.Dimension.OneOf_Value?] = [nil, .dimValue(size), .dimValue(size), nil]
        #expect(
            try error { $0.graph.input[0] = ONNXBuilding.input("x", dimensions) }
                == .malformed(
                    part: "graph input \"x\"", expected: "at most 2147483647 elements",
                    found: "float32[x.0, 2147483647, 2147483647, x.3]"))
    }
}
