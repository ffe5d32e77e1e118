import Tensors

/// The element types of the Open Inference Protocol, and BF16, which Triton adds.
enum TensorDatatype: String, CaseIterable, Sendable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case fp16 = "FP16"
    case bf16 = "BF16"
    case fp32 = "FP32"
    case fp64 = "FP64"
    case bytes = "BYTES"

    /// The type that is sent for a tensor of a model.
    init(_ dtype: DType) {
        switch dtype {
        case .bool: self = .bool
        case .int8: self = .int8
        case .uint8: self = .uint8
        case .int16: self = .int16
        case .uint16: self = .uint16
        case .int32: self = .int32
        case .uint32: self = .uint32
        case .int64: self = .int64
        case .uint64: self = .uint64
        case .float32: self = .fp32
        case .float64: self = .fp64
        }
    }

    /// Bytes of an element; nil for texts, which have different sizes.
    var byteCount: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .fp16, .bf16: 2
        case .uint32, .int32, .fp32: 4
        case .uint64, .int64, .fp64: 8
        case .bytes: nil
        }
    }

    /// The values of a type of whole numbers as floats, to which its greatest are rounded; nil for others.
    var integerRange: ClosedRange<Float>? {
        switch self {
        case .uint8: DType.uint8.wholeRange
        case .uint16: DType.uint16.wholeRange
        case .uint32: DType.uint32.wholeRange
        case .uint64: DType.uint64.wholeRange
        case .int8: DType.int8.wholeRange
        case .int16: DType.int16.wholeRange
        case .int32: DType.int32.wholeRange
        case .int64: DType.int64.wholeRange
        case .bool, .fp16, .bf16, .fp32, .fp64, .bytes: nil
        }
    }

    /// The name in a Triton configuration.
    var configurationName: String { self == .bytes ? "TYPE_STRING" : "TYPE_" + rawValue }
}
