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

    /// The values of a type of whole numbers; nil for others. The bounds of 64 bits are the next floats inside.
    var integerRange: ClosedRange<Float>? {
        switch self {
        case .uint8: 0...255
        case .uint16: 0...65_535
        case .uint32: 0...4_294_967_040
        case .uint64: 0...18_446_742_974_197_923_840
        case .int8: -128...127
        case .int16: -32_768...32_767
        case .int32: -2_147_483_648...2_147_483_520
        case .int64: -9_223_372_036_854_775_808...9_223_371_487_098_961_920
        case .bool, .fp16, .bf16, .fp32, .fp64, .bytes: nil
        }
    }

    /// The name in a Triton configuration.
    var configurationName: String { self == .bytes ? "TYPE_STRING" : "TYPE_" + rawValue }
}
