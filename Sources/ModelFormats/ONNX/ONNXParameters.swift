import FoundationEssentials
import ONNXProtobuf
import SwiftProtobuf
package import Tensors

/// Writes an ONNX model again with other parameters, everything else as it is.
package enum ONNXParameters {
    /// Largest file that is written: a protobuf message cannot be larger than 2 GiB.
    private static let maximumByteCount = Int(Int32.max)

    /// The model with some initialisers (or results of `Constant` nodes) replaced, each kept in the element type it had:
    /// 16-bit floats are rounded. A parameter that a node computes from others becomes an initialiser in its place.
    /// - Parameters:
    ///   - bytes: The model file.
    ///   - parameters: float32 tensors by the names of initialisers, of the same shapes.
    ///   - directory: Where tensors in files of their own are; they move into the result. nil refuses them.
    /// - Returns: The bytes of the new file.
    /// - Throws: `.tensor` naming what does not fit, or what reading the file throws.
    package static func rewrite(
        _ bytes: [UInt8], replacing parameters: [String: Tensor], directory: String? = nil
    ) throws(ModelFormatError) -> [UInt8] {
        var model = try ONNXImporter.parse(bytes, keepsUnknownFields: true)
        var external = directory.map { ONNXExternalData(directory: $0) }
        var left = Set(parameters.keys)
        for index in model.graph.initializer.indices {
            let name = model.graph.initializer[index].name
            if let tensor = parameters[name] {
                left.remove(name)
                try replace(&model.graph.initializer[index], with: tensor, name: name)
            } else if model.graph.initializer[index].dataLocation == .external {
                try inline(&model.graph.initializer[index], &external)
            }
        }
        for index in model.graph.node.indices where model.graph.node[index].opType == "Constant" {
            guard let name = model.graph.node[index].output.first, let tensor = parameters[name],
                let attribute = model.graph.node[index].attribute.firstIndex(where: { $0.name == "value" })
            else { continue }
            left.remove(name)
            try replace(&model.graph.node[index].attribute[attribute].t, with: tensor, name: name)
        }
        // Weights that nodes compute from others become initialisers themselves.
        for index in model.graph.node.indices.reversed() {
            let outputs = model.graph.node[index].output
            guard outputs.count == 1, left.contains(outputs[0]), let tensor = parameters[outputs[0]] else { continue }
            left.remove(outputs[0])
            model.graph.node.remove(at: index)
            model.graph.initializer.append(try initializer(tensor, name: outputs[0]))
        }
        if let name = left.min() {
            throw .tensor(name, expected: "an initializer of that name in the model", found: "none")
        }
        return try serialized(model)
    }

    private static func initializer(_ tensor: Tensor, name: String) throws(ModelFormatError) -> ONNXTensorProto {
        var proto = ONNXTensorProto()
        proto.name = name
        proto.dims = tensor.shape.dimensions.map { Int64($0) }
        proto.dataType = Int32(ONNXTensorProto.DataType.float.rawValue)
        try replace(&proto, with: tensor, name: name)
        return proto
    }

    private static func replace(
        _ proto: inout ONNXTensorProto, with tensor: Tensor, name: String
    ) throws(ModelFormatError) {
        guard proto.dims == tensor.shape.dimensions.map({ Int64($0) }), tensor.dtype == .float32 else {
            throw .tensor(name, expected: "float32\(proto.dims)", found: "\(tensor.dtype)\(tensor.shape)")
        }
        let encoded: [UInt8]
        switch ONNXElementType.encoding(proto.dataType) {
        case .float32: encoded = tensor.bytes
        case .float64: encoded = tensor.floats.flatMap { littleEndian(Double($0).bitPattern) }
        case .float16: encoded = tensor.floats.flatMap { littleEndian(Float16($0).bitPattern) }
        case .bfloat16: encoded = tensor.floats.flatMap { littleEndian(bfloat16($0)) }
        default:
            throw .tensor(
                name, expected: "floating-point numbers to replace", found: ONNXElementType.name(proto.dataType))
        }
        setRawData(&proto, encoded)
    }

    /// Takes in the elements of a tensor that is kept in a file of its own.
    private static func inline(
        _ proto: inout ONNXTensorProto, _ external: inout ONNXExternalData?
    ) throws(ModelFormatError) {
        guard let encoding = ONNXElementType.encoding(proto.dataType), external != nil else {
            throw .tensor(
                proto.name, expected: "numbers inside the model file",
                found: external == nil ? "external data" : ONNXElementType.name(proto.dataType))
        }
        let shape = try Shape(checking: proto.dims, width: encoding.byteCount, tensor: proto.name)
        let bytes = try external?.bytes(
            proto.externalData, byteCount: shape.elementCount * encoding.byteCount, tensor: proto.name)
        setRawData(&proto, bytes ?? [])
    }

    /// Makes the bytes the tensor's only data.
    private static func setRawData(_ proto: inout ONNXTensorProto, _ bytes: [UInt8]) {
        proto.floatData = []
        proto.doubleData = []
        proto.int32Data = []
        proto.int64Data = []
        proto.uint64Data = []
        proto.externalData = []
        proto.dataLocation = .default
        proto.rawData = Data(bytes)
    }

    /// The nearest bfloat16, ties to even; NaN stays NaN.
    private static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }

    private static func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
        (0..<(Bits.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }

    /// The bytes of a message.
    static func serialized(_ model: ONNXModelProto) throws(ModelFormatError) -> [UInt8] {
        do {
            let bytes: [UInt8] = try model.serializedBytes()
            guard bytes.count <= maximumByteCount else {
                throw ModelFormatError.tooLarge(
                    part: "ONNX model", byteCount: bytes.count, limit: maximumByteCount)
            }
            return bytes
        } catch let error as ModelFormatError {
            throw error
        } catch {
            throw .unsupported(part: "ONNX model", expected: "messages of up to 2 GiB are", found: "\(error)")
        }
    }
}
