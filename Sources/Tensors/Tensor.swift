/// An immutable, contiguous, row-major array of elements of one type.
package struct Tensor: Sendable {
    package let dtype: DType
    package let shape: Shape
    private let elements: Elements

    /// Where the elements are.
    private enum Elements: Sendable {
        case stored(AlignedStorage)
        /// In another order, or where no storage can begin; float32.
        case scattered(ScatteredElements)
    }

    /// Takes filled storage, which must hold exactly the elements.
    package init(dtype: DType, shape: Shape, storage: AlignedStorage) {
        precondition(storage.byteCount == shape.elementCount * dtype.byteCount, "storage does not fit the shape")
        self.init(dtype: dtype, shape: shape, elements: .stored(storage))
    }

    /// Takes float32 elements that stand elsewhere, as many as the shape has.
    init(shape: Shape, elements: ScatteredElements) {
        self.init(dtype: .float32, shape: shape, elements: .scattered(elements))
    }

    private init(dtype: DType, shape: Shape, elements: Elements) {
        self.dtype = dtype
        self.shape = shape
        self.elements = elements
    }

    /// `shape.elementCount` elements in row-major order. Those that stand elsewhere are brought together at the first call.
    package var storage: AlignedStorage {
        switch elements {
        case .stored(let storage): storage
        case .scattered(let elements): elements.storage
        }
    }

    /// The parts of elements that stand elsewhere; nil for others.
    var scattered: ScatteredElements? {
        if case .scattered(let elements) = elements { elements } else { nil }
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

    /// Whether the elements are somebody else's, such as a part of a mapped file.
    package var isBorrowed: Bool {
        switch elements {
        case .stored(let storage): storage.isBorrowed
        case .scattered: true
        }
    }

    /// The tensor with elements of its own: a copy when they are somebody else's.
    package var owned: Tensor {
        guard case .stored(let storage) = elements, storage.isBorrowed else {
            return Tensor(dtype: dtype, shape: shape, storage: storage)
        }
        let copy = AlignedStorage(unfilledByteCount: storage.byteCount)
        guard dtype == .float32 else {
            unsafe copy.base.copyMemory(from: storage.base, byteCount: storage.byteCount)
            return Tensor(dtype: dtype, shape: shape, storage: copy)
        }
        unsafe strided(channels: 1)[0].copy(to: copy.floats)
        return Tensor(dtype: dtype, shape: shape, storage: copy)
    }

    /// The same elements under another shape of the same element count.
    package func reshaped(to shape: Shape) -> Tensor {
        precondition(shape.elementCount == elementCount, "another number of elements")
        return Tensor(dtype: dtype, shape: shape, elements: elements)
    }
}
