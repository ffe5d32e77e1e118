import FoundationEssentials
import ONNXProtobuf
import Tensors

/// Makes tensors of the tensors in an ONNX file, wherever these keep their elements.
struct ONNXTensorReader {
    /// Where elements outside the file are; nil refuses them.
    private var externalData: ONNXExternalData?

    /// Elements that stayed in the file when the message was made.
    private var stored: ONNXStoredData?

    init(externalData: ONNXExternalData?, stored: ONNXStoredData? = nil) {
        (self.externalData, self.stored) = (externalData, stored)
    }

    /// Reads a tensor; floating-point numbers of all sizes become float32. Errors call it `name`.
    mutating func tensor(_ proto: ONNXTensorProto, name: String) throws(ModelFormatError) -> Tensor {
        guard let encoding = ONNXElementType.encoding(proto.dataType) else {
            throw .tensor(
                name, expected: "numbers or booleans of at least 8 bits", found: ONNXElementType.name(proto.dataType))
        }
        guard !proto.hasSegment else { throw .tensor(name, expected: "a whole tensor", found: "a segment of one") }
        let fields = Self.typedFields(proto)
        let tensor: Tensor
        if proto.dataLocation == .external {
            guard proto.rawData.isEmpty, fields.isEmpty else {
                throw .tensor(name, expected: "external data alone", found: "also data in the file")
            }
            tensor = try external(proto, encoding, name: name)
        } else if !proto.rawData.isEmpty || fields.isEmpty {
            guard fields.isEmpty else {
                throw .tensor(name, expected: "one field with data", found: "raw_data and \(fields[0])")
            }
            tensor = try raw(proto, encoding, name: name)
        } else {
            tensor = try ONNXTypedData(proto, encoding, name: name).tensor(fields: fields)
        }
        return tensor.dtype == .float64 ? tensor.convertedToFloat32() : tensor
    }

    private mutating func raw(
        _ proto: ONNXTensorProto, _ encoding: ElementEncoding, name: String
    ) throws(ModelFormatError) -> Tensor {
        if let mark = stored?.mark(in: proto),
            let tensor = try stored?.tensor(mark, dimensions: proto.dims, encoding, name: name)
        {
            return tensor
        }
        let shape = try Shape(
            checking: proto.dims, width: encoding.byteCount, byteCount: proto.rawData.count, tensor: name)
        return encoding.tensor(from: proto.rawData.bytes, shape: shape)
    }

    private mutating func external(
        _ proto: ONNXTensorProto, _ encoding: ElementEncoding, name: String
    ) throws(ModelFormatError) -> Tensor {
        guard externalData != nil else {
            throw .tensor(name, expected: "elements inside the model file", found: "external data")
        }
        let shape = try Shape(checking: proto.dims, width: encoding.byteCount, tensor: name)
        let byteCount = shape.elementCount * encoding.byteCount
        guard let place = try externalData?.place(proto.externalData, byteCount: byteCount, tensor: name) else {
            preconditionFailure("there is external data")
        }
        return try encoding.tensor(from: place.source, at: place.offset, shape: shape)
    }

    /// The names of the repeated fields that have elements.
    private static func typedFields(_ proto: ONNXTensorProto) -> [String] {
        [
            ("float_data", proto.floatData.isEmpty), ("int32_data", proto.int32Data.isEmpty),
            ("int64_data", proto.int64Data.isEmpty), ("double_data", proto.doubleData.isEmpty),
            ("uint64_data", proto.uint64Data.isEmpty),
        ].filter { !$0.1 }.map(\.0)
    }
}
