/// The type of a tensor's elements.
package enum DType: String, Sendable, Hashable, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

    /// Bytes of one element.
    package var byteCount: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// Whether elements are whole numbers (`bool` is not).
    package var isInteger: Bool {
        switch self {
        case .bool, .float32, .float64: false
        default: true
        }
    }
}
