import FoundationEssentials
package import Graphs
import ONNXProtobuf
import SwiftProtobuf
import Tensors

/// Writes models in the Open Neural Network Exchange format, for operator set 20: onnxruntime loads them since 1.17.
package enum ONNXWriter {
    /// The version of the file format that came with operator set 20.
    static let irVersion: Int64 = 9

    /// The bytes of a model file.
    /// - Parameters:
    ///   - graph: The model.
    ///   - producerVersion: The version of Apus, which the file names as its producer.
    /// - Returns: A serialised `ModelProto`.
    /// - Throws: `.tooLarge` for a model that is no protobuf message any more: 2 GiB.
    package static func bytes(
        of graph: DescribedGraph, producerVersion: String = ""
    ) throws(ModelFormatError) -> [UInt8] {
        let size = graph.constants.reduce(0) { $0 + $1.tensor.storage.byteCount }
        guard size <= Int(Int32.max) else {
            throw .tooLarge(part: "ONNX model", byteCount: size, limit: Int(Int32.max))
        }
        var model = ONNXModelProto()
        model.irVersion = irVersion
        model.producerName = "apus"
        model.producerVersion = producerVersion
        var opset = ONNXOperatorSetIdProto()
        opset.version = Int64(DescribedGraph.opset)
        model.opsetImport = [opset]
        if !graph.functions.isEmpty {
            var own = ONNXOperatorSetIdProto()
            own.domain = DescribedFunction.domain
            own.version = 1
            model.opsetImport.append(own)
            model.functions = graph.functions.map { Self.proto(of: $0, opset) }
        }
        model.graph = proto(of: graph)
        return try ONNXParameters.serialized(model)
    }

    private static func proto(of graph: DescribedGraph) -> ONNXGraphProto {
        var proto = ONNXGraphProto()
        proto.name = graph.name
        proto.input = graph.inputs.map(Self.proto(of:))
        proto.output = graph.outputs.map(Self.proto(of:))
        proto.initializer = graph.constants.map { Self.proto(of: $0.tensor, name: $0.name) }
        proto.node = graph.nodes.map(ONNXNodeProto.init(describing:))
        return proto
    }

    private static func proto(
        of function: DescribedFunction, _ opset: ONNXOperatorSetIdProto
    ) -> ONNXFunctionProto {
        var proto = ONNXFunctionProto()
        proto.name = function.name
        proto.domain = DescribedFunction.domain
        proto.input = function.inputs
        proto.output = function.outputs
        proto.attribute = function.attributes
        proto.node = function.nodes.map(ONNXNodeProto.init(describing:))
        proto.opsetImport = [opset]
        return proto
    }

    /// A free size is named when it is one symbol, and left open when it is an expression of them.
    private static func proto(of signature: TensorSignature) -> ONNXValueInfoProto {
        var proto = ONNXValueInfoProto()
        proto.name = signature.name
        proto.type.tensorType.elemType = ONNXElementType.number(of: signature.dtype)
        proto.type.tensorType.shape.dim = signature.dimensions.map { dimension in
            var proto = ONNXTensorShapeProto.Dimension()
            switch dimension {
            case .fixed(let size): proto.dimValue = Int64(size)
            case .symbol(let name): proto.dimParam = name
            default: break
            }
            return proto
        }
        return proto
    }

    fileprivate static func proto(of tensor: Tensor, name: String) -> ONNXTensorProto {
        var proto = ONNXTensorProto()
        proto.name = name
        proto.dims = tensor.shape.dimensions.map { Int64($0) }
        proto.dataType = ONNXElementType.number(of: tensor.dtype)
        proto.rawData = Data(tensor.bytes)
        return proto
    }
}

extension ONNXNodeProto {
    /// The message of a described node.
    init(describing node: DescribedNode) {
        self.init()
        name = node.name
        opType = node.op
        domain = node.domain
        input = node.inputs
        output = node.outputs
        attribute = node.attributes.sorted { $0.key < $1.key }.map { ONNXAttributeProto(name: $0, value: $1) }
    }
}

extension ONNXAttributeProto {
    /// The message of an attribute.
    init(name: String, value: AttributeValue) {
        self.init()
        self.name = name
        switch value {
        case .int(let value): (type, i) = (.int, Int64(value))
        case .float(let value): (type, f) = (.float, value)
        case .string(let value): (type, s) = (.string, Data(value.utf8))
        case .tensor(let value): (type, t) = (.tensor, ONNXWriter.proto(of: value, name: name))
        case .ints(let values): (type, ints) = (.ints, values.map { Int64($0) })
        case .floats(let values): (type, floats) = (.floats, values)
        case .strings(let values): (type, strings) = (.strings, values.map { Data($0.utf8) })
        }
    }
}
