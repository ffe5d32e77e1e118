/// An immutable, contiguous, row-major array of elements of one type.
package struct Tensor: Sendable {
    package let dtype: DType
    package let shape: Shape
    /// `shape.elementCount` elements in row-major order.
    package let storage: AlignedStorage

    /// Takes filled storage, which must hold exactly the elements.
    package init(dtype: DType, shape: Shape, storage: AlignedStorage) {
        precondition(storage.byteCount == shape.elementCount * dtype.byteCount, "storage does not fit the shape")
        self.dtype = dtype
        self.shape = shape
        self.storage = storage
    }

    /// A float32 tensor; `elements` in row-major order.
    package init(_ elements: [Float], shape: Shape) {
        self.init(copying: elements, dtype: .float32, shape: shape)
    }

    /// An int64 tensor; `elements` in row-major order.
    package init(_ elements: [Int], shape: Shape) {
        self.init(copying: elements.map(Int64.init), dtype: .int64, shape: shape)
    }

    /// A tensor of any type from elements of its own representation.
    package init<Element: BitwiseCopyable>(copying elements: [Element], dtype: DType, shape: Shape) {
        precondition(elements.count == shape.elementCount, "\(elements.count) elements for shape \(shape)")
        precondition(MemoryLayout<Element>.stride == dtype.byteCount, "element size does not fit \(dtype)")
        let storage = AlignedStorage(byteCount: elements.count * dtype.byteCount)
        unsafe elements.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount).copyMemory(from: bytes)
        }
        self.init(dtype: dtype, shape: shape, storage: storage)
    }

    package var elementCount: Int { shape.elementCount }

    /// The elements as stored; `Element` must be the representation of `dtype`.
    package func elements<Element: BitwiseCopyable>(as type: Element.Type) -> [Element] {
        precondition(MemoryLayout<Element>.stride == dtype.byteCount, "element size does not fit \(dtype)")
        return unsafe Array(
            UnsafeBufferPointer(start: storage.base.assumingMemoryBound(to: type), count: elementCount))
    }

    /// The elements of a float32 tensor.
    package var floats: [Float] {
        precondition(dtype == .float32, "floats of a \(dtype) tensor")
        return elements(as: Float.self)
    }

    /// The elements of an integer tensor, in row-major order; nil for other types and for values beyond `Int`.
    package var integers: [Int]? {
        switch dtype {
        case .int8: elements(as: Int8.self).map(Int.init)
        case .uint8: elements(as: UInt8.self).map(Int.init)
        case .int16: elements(as: Int16.self).map(Int.init)
        case .uint16: elements(as: UInt16.self).map(Int.init)
        case .int32: elements(as: Int32.self).map(Int.init)
        case .uint32: elements(as: UInt32.self).map(Int.init)
        case .int64: elements(as: Int64.self).map(Int.init)
        case .uint64:
            elements(as: UInt64.self).reduce(into: [Int]?([])) { list, value in
                if let exact = Int(exactly: value) { list?.append(exact) } else { list = nil }
            }
        case .bool, .float32, .float64: nil
        }
    }

    /// The tensor with elements of its own: a copy when they are a part of a mapped file.
    package var owned: Tensor {
        guard storage.isBorrowed else { return self }
        let copy = AlignedStorage(unfilledByteCount: storage.byteCount)
        unsafe copy.base.copyMemory(from: storage.base, byteCount: storage.byteCount)
        return Tensor(dtype: dtype, shape: shape, storage: copy)
    }

    /// The same elements under another shape of the same element count.
    package func reshaped(to shape: Shape) -> Tensor { Tensor(dtype: dtype, shape: shape, storage: storage) }
}
