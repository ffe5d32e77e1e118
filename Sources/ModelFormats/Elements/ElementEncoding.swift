package import Tensors

/// How a file stores one element of a tensor.
package enum ElementEncoding: String, Sendable, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, bfloat16, float32, float64

    /// The encoding that holds elements of `dtype` as they are.
    package init(_ dtype: DType) {
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
        case .float32: self = .float32
        case .float64: self = .float64
        }
    }

    /// The type of the tensors that are made of it: both short floating-point formats become float32.
    package var dtype: DType {
        switch self {
        case .bool: .bool
        case .int8: .int8
        case .uint8: .uint8
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .uint64: .uint64
        case .float16, .bfloat16, .float32: .float32
        case .float64: .float64
        }
    }

    /// Bytes of one element in the file.
    package var byteCount: Int {
        switch self {
        case .float16, .bfloat16: 2
        default: dtype.byteCount
        }
    }

    /// The float32 of the same value as the bits of a `float16` or `bfloat16`.
    func float(bits: UInt16) -> Float {
        self == .bfloat16 ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
    }
}
