import Tensors

/// The rows of an array as numbers, converted one at a time.
struct RowNumbers {
    private let tensor: Tensor
    /// Numbers of a row.
    private let width: Int

    /// - Parameter tensor: [rows, …]
    init(_ tensor: Tensor) {
        self.tensor = tensor
        width = tensor.shape.dimensions.dropFirst().reduce(1, *)
    }

    /// A row of bytes or truth values.
    func bytes(_ row: Int) -> ArraySlice<UInt8> {
        precondition(tensor.dtype.byteCount == 1, "elements are no bytes")
        return unsafe ArraySlice(elements(row, UInt8.self))
    }

    /// A row converted to float32.
    func numbers(_ row: Int) -> [Float] {
        switch tensor.dtype {
        case .bool, .uint8: unsafe elements(row, UInt8.self).map { Float($0) }
        case .int8: unsafe elements(row, Int8.self).map { Float($0) }
        case .int16: unsafe elements(row, Int16.self).map { Float($0) }
        case .uint16: unsafe elements(row, UInt16.self).map { Float($0) }
        case .int32: unsafe elements(row, Int32.self).map { Float($0) }
        case .uint32: unsafe elements(row, UInt32.self).map { Float($0) }
        case .int64: unsafe elements(row, Int64.self).map { Float($0) }
        case .uint64: unsafe elements(row, UInt64.self).map { Float($0) }
        case .float32: unsafe Array(elements(row, Float.self))
        case .float64: unsafe elements(row, Double.self).map { Float($0) }
        }
    }

    private func elements<Element: BitwiseCopyable>(
        _ row: Int, _ type: Element.Type
    ) -> UnsafeBufferPointer<Element> {
        precondition(row >= 0 && row < tensor.shape[0], "no row \(row)")
        let start = unsafe tensor.storage.base.assumingMemoryBound(to: type)
        return unsafe UnsafeBufferPointer(start: start + row * width, count: width)
    }
}
