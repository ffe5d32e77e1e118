import ONNXProtobuf
import Tensors

/// The elements of a tensor that an ONNX file keeps in a repeated field instead of as raw bytes.
///
/// Which field belongs to which type is written in onnx.proto: `int32_data` also carries the smaller integers, bool,
/// and the bits of the 16-bit floats; `uint64_data` also carries uint32.
struct ONNXTypedData {
    private let proto: ONNXTensorProto
    private let encoding: ElementEncoding
    private let name: String

    init(_ proto: ONNXTensorProto, _ encoding: ElementEncoding, name: String) {
        self.proto = proto
        self.encoding = encoding
        self.name = name
    }

    private var field: String {
        switch encoding {
        case .float32: "float_data"
        case .float64: "double_data"
        case .int64: "int64_data"
        case .uint32, .uint64: "uint64_data"
        case .bool, .int8, .uint8, .int16, .uint16, .int32, .float16, .bfloat16, .float8e5m2, .float8e4m3:
            "int32_data"
        }
    }

    /// Makes the tensor; `fields` are the names of the fields that have elements.
    func tensor(fields: [String]) throws(ModelFormatError) -> Tensor {
        guard fields == [field] else {
            throw .tensor(
                name, expected: "\(encoding) elements in \(field)", found: fields.joined(separator: " and "))
        }
        switch encoding {
        case .float32: return try make(proto.floatData)
        case .float64: return try make(proto.doubleData)
        case .int64: return try make(proto.int64Data)
        case .uint64: return try make(proto.uint64Data)
        case .uint32: return try make(proto.uint64Data, as: UInt32.self)
        case .int32: return try make(proto.int32Data)
        case .int8: return try make(proto.int32Data, as: Int8.self)
        case .uint8: return try make(proto.int32Data, as: UInt8.self)
        case .int16: return try make(proto.int32Data, as: Int16.self)
        case .uint16: return try make(proto.int32Data, as: UInt16.self)
        case .bool: return try make(proto.int32Data.map { UInt8($0 == 0 ? 0 : 1) })
        case .float16, .bfloat16, .float8e5m2, .float8e4m3:
            var floats: [Float] = []
            floats.reserveCapacity(proto.int32Data.count)
            for bits in proto.int32Data {
                let bits: UInt16 = encoding.byteCount == 1 ? UInt16(try exact(bits) as UInt8) : try exact(bits)
                floats.append(encoding.float(bits: bits))
            }
            return try make(floats)
        }
    }

    private func make<Stored: BinaryInteger, Element: BinaryInteger & BitwiseCopyable>(
        _ elements: [Stored], as _: Element.Type
    ) throws(ModelFormatError) -> Tensor {
        var narrow: [Element] = []
        narrow.reserveCapacity(elements.count)
        for element in elements { narrow.append(try exact(element)) }
        return try make(narrow)
    }

    private func exact<Stored: BinaryInteger, Element: BinaryInteger>(
        _ value: Stored
    ) throws(ModelFormatError) -> Element {
        guard let element = Element(exactly: value) else {
            throw .tensor(name, expected: "elements that fit \(encoding)", found: "\(value)")
        }
        return element
    }

    private func make<Element: BitwiseCopyable>(_ elements: [Element]) throws(ModelFormatError) -> Tensor {
        let width = encoding.dtype.byteCount
        let shape = try Shape(checking: proto.dims, width: width, tensor: name)
        guard shape.elementCount == elements.count else {
            throw .tensor(
                name, expected: "\(shape.elementCount) elements for shape \(shape)", found: "\(elements.count)")
        }
        return Tensor(copying: elements, dtype: encoding.dtype, shape: shape)
    }
}
