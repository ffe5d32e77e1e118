import ONNXProtobuf
import Tensors

/// ONNX's numbers of element types.
enum ONNXElementType {
    /// The encoding of an element type; nil for those Apus does not hold.
    static func encoding(_ number: Int32) -> ElementEncoding? {
        switch ONNXTensorProto.DataType(rawValue: Int(number)) {
        case .float: .float32
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .bool: .bool
        case .float16: .float16
        case .double: .float64
        case .uint32: .uint32
        case .uint64: .uint64
        case .bfloat16: .bfloat16
        case .float8E4M3Fn: .float8e4m3
        case .float8E5M2: .float8e5m2
        default: nil
        }
    }

    /// The type of the values that an element type becomes: every kind of floating-point number becomes float32.
    static func dtype(_ number: Int32) -> DType? {
        encoding(number).map { $0 == .float64 ? .float32 : $0.dtype }
    }

    /// The number of the element type of a value.
    static func number(of dtype: DType) -> Int32 {
        let type: ONNXTensorProto.DataType =
            switch dtype {
            case .bool: .bool
            case .int8: .int8
            case .uint8: .uint8
            case .int16: .int16
            case .uint16: .uint16
            case .int32: .int32
            case .uint32: .uint32
            case .int64: .int64
            case .uint64: .uint64
            case .float32: .float
            case .float64: .double
            }
        return Int32(type.rawValue)
    }

    /// The name of an element type, for messages.
    static func name(_ number: Int32) -> String {
        guard let type = ONNXTensorProto.DataType(rawValue: Int(number)) else { return "data type \(number)" }
        if case .UNRECOGNIZED = type { return "data type \(number)" }
        return "data type \(number) (\("\(type)"))"
    }
}
