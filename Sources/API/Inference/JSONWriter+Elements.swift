import JSON

extension JSONWriter {
    /// Writes a tensor as nested arrays of the elements its type has: numbers, whole numbers, or true and false.
    /// - Parameters:
    ///   - elements: As many as the product of `shape`, row-major. What a whole type cannot hold is written as the nearest
    ///     value that it can.
    ///   - shape: Sizes, outermost first; empty for a single element.
    ///   - datatype: Not BYTES.
    mutating func appendElements(
        _ elements: UnsafePointer<Float>, shape: ArraySlice<Int>, _ datatype: TensorDatatype
    ) {
        guard datatype == .bool || datatype.integerRange != nil else {
            return unsafe appendTensor(elements, shape: Array(shape))
        }
        guard let size = shape.first else {
            return unsafe append(whole: elements.pointee, datatype)
        }
        let rest = shape.dropFirst()
        let stride = rest.reduce(1, *)
        beginArray()
        for index in 0..<size { unsafe appendElements(elements + index * stride, shape: rest, datatype) }
        endArray()
    }

    private mutating func append(whole value: Float, _ datatype: TensorDatatype) {
        switch datatype {
        case .bool: append(value != 0)
        case .uint8: append(Int(UInt8(clamping: value)))
        case .uint16: append(Int(UInt16(clamping: value)))
        case .uint32: append(Int(UInt32(clamping: value)))
        case .uint64: append(UInt64(clamping: value))
        case .int8: append(Int(Int8(clamping: value)))
        case .int16: append(Int(Int16(clamping: value)))
        case .int32: append(Int(Int32(clamping: value)))
        default: append(Int(clamping: value))
        }
    }
}
