package import Tensors

/// How a file stores one element of a tensor.
package enum ElementEncoding: String, Sendable, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, bfloat16, float32, float64
    /// Eight bits: a sign, an exponent of 5 and 2 of fraction as in float16, or of 4 and 3 without infinities
    /// (Micikevicius et al. 2022).
    case float8e5m2, float8e4m3

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

    /// The type of the tensors that are made of it: all short floating-point formats become float32.
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
        case .float8e5m2, .float8e4m3, .float16, .bfloat16, .float32: .float32
        case .float64: .float64
        }
    }

    /// Bytes of one element in the file.
    package var byteCount: Int {
        switch self {
        case .float8e5m2, .float8e4m3: 1
        case .float16, .bfloat16: 2
        default: dtype.byteCount
        }
    }

    /// Whether a tensor has the very bytes of a little-endian file.
    var isKeptAsItIs: Bool { byteCount == dtype.byteCount && self != .bool }

    /// The float32 of the same value as the bits of a floating-point format of 16 bits or, in the lower half, of 8.
    func float(bits: UInt16) -> Float {
        switch self {
        case .bfloat16: Float(bitPattern: UInt32(bits) << 16)
        case .float8e5m2: Float(Float16(bitPattern: bits << 8))
        case .float8e4m3: Self.float(e4m3: bits)
        default: Float(Float16(bitPattern: bits))
        }
    }

    /// An exponent of all ones is one like others, but for the largest fraction, which is no number.
    private static func float(e4m3 bits: UInt16) -> Float {
        if bits & 0x7F == 0x7F { return .nan }
        // The same fields stand in a float16 with another bias: 15 instead of 7.
        let half = (bits & 0x80) << 8 | (bits & 0x7F) << 7
        return Float(Float16(bitPattern: half)) * 256
    }
}
