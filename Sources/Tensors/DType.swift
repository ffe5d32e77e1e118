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

    /// The values of a type of whole numbers or truth values as floats, to which its greatest are rounded; nil for others.
    package var wholeRange: ClosedRange<Float>? {
        switch self {
        case .bool: 0...1
        case .int8: Self.range(Int8.self)
        case .uint8: Self.range(UInt8.self)
        case .int16: Self.range(Int16.self)
        case .uint16: Self.range(UInt16.self)
        case .int32: Self.range(Int32.self)
        case .uint32: Self.range(UInt32.self)
        case .int64: Self.range(Int64.self)
        case .uint64: Self.range(UInt64.self)
        case .float32, .float64: nil
        }
    }

    private static func range<Element: FixedWidthInteger>(_: Element.Type) -> ClosedRange<Float> {
        Float(Element.min)...Float(Element.max)
    }

    /// Whether elements are whole numbers (`bool` is not).
    package var isInteger: Bool {
        switch self {
        case .bool, .float32, .float64: false
        default: true
        }
    }
}
