import FoundationEssentials
import Graphs
import ModelFormats
import ONNXProtobuf
import SwiftProtobuf

/// Small ONNX models for the tests.
enum ONNXBuilding {
    /// y = Relu(x · w), with x [batch, 2] and w [2, 2].
    static func model() -> ONNXModelProto {
        model(
            nodes: [node("MatMul", ["x", "w"], ["h"], name: "dense"), node("Relu", ["h"], ["y"], name: "relu")],
            initializers: [floats("w", [1, 2, 3, 4], [2, 2])])
    }

    static func model(
        nodes: [ONNXNodeProto], initializers: [ONNXTensorProto] = [],
        inputs: [ONNXValueInfoProto] = [input("x", [.dimParam("batch"), .dimValue(2)])], outputs: [String] = ["y"]
    ) -> ONNXModelProto {
        ONNXModelProto.with {
            $0.irVersion = 8
            $0.opsetImport = [ONNXOperatorSetIdProto.with { $0.version = 17 }]
            $0.graph.name = "test"
            $0.graph.node = nodes
            $0.graph.initializer = initializers
            $0.graph.input = inputs
            $0.graph.output = outputs.map { name in ONNXValueInfoProto.with { $0.name = name } }
        }
    }

    static func node(
        _ op: String, _ inputs: [String], _ outputs: [String], name: String = "",
        _ attributes: [ONNXAttributeProto] = []
    ) -> ONNXNodeProto {
        ONNXNodeProto.with {
            $0.opType = op
            $0.name = name
            $0.input = inputs
            $0.output = outputs
            $0.attribute = attributes
        }
    }

    static func attribute(
        _ name: String, _ type: ONNXAttributeProto.AttributeType, _ fill: (inout ONNXAttributeProto) -> Void = { _ in }
    ) -> ONNXAttributeProto {
        ONNXAttributeProto.with {
            $0.name = name
            $0.type = type
            fill(&$0)
        }
    }

    static func input(
        _ name: String, _ dimensions: [ONNXTensorShapeProto.Dimension.OneOf_Value?], type: Int32 = 1
    ) -> ONNXValueInfoProto {
        ONNXValueInfoProto.with {
            $0.name = name
            $0.type.tensorType.elemType = type
            $0.type.tensorType.shape.dim = dimensions.map { value in
                ONNXTensorShapeProto.Dimension.with { $0.value = value }
            }
        }
    }

    static func tensor(
        _ name: String, type: Int32, dims: [Int64], _ fill: (inout ONNXTensorProto) -> Void
    ) -> ONNXTensorProto {
        ONNXTensorProto.with {
            $0.name = name
            $0.dataType = type
            $0.dims = dims
            fill(&$0)
        }
    }

    /// A float tensor in raw bytes.
    static func floats(_ name: String, _ values: [Float], _ dims: [Int64]) -> ONNXTensorProto {
        tensor(name, type: 1, dims: dims) { $0.rawData = raw(values) }
    }

    /// The bytes of `values`, little-endian.
    static func raw<Element: BitwiseCopyable>(_ values: [Element]) -> Data { values.withUnsafeBytes { Data($0) } }
}

extension ONNXModelProto {
    /// The bytes of the file.
    func fileBytes() throws -> [UInt8] { try serializedBytes() }

    /// The imported graph.
    func imported() throws -> Graph { try ONNXImporter.graph(from: try fileBytes()) }
}
