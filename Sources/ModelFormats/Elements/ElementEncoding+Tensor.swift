import Tensors

extension ElementEncoding {
    /// Makes a tensor of the bytes of a file: exactly the elements, in row-major order, each with its least
    /// significant byte first unless they are big-endian.
    func tensor(from bytes: RawSpan, shape: Shape, bigEndian: Bool = false) -> Tensor {
        precondition(bytes.byteCount == shape.elementCount * byteCount, "bytes do not fit the shape")
        let storage = AlignedStorage(unfilledByteCount: shape.elementCount * dtype.byteCount)
        convert(bytes, bigEndian: bigEndian, into: storage, from: 0)
        return Tensor(dtype: dtype, shape: shape, storage: storage)
    }

    /// Makes a tensor of the bytes of `source` from `offset` on, which must be there; see above. Beside the tensor it
    /// takes a piece of memory of fixed size at most.
    func tensor(
        from source: ByteSource, at offset: Int, shape: Shape, bigEndian: Bool = false
    ) throws(ModelFormatError) -> Tensor {
        let range = offset..<(offset + shape.elementCount * byteCount)
        if isKeptAsItIs, !bigEndian, let tensor = source.borrowed(range, dtype: dtype, shape: shape) { return tensor }
        let storage = AlignedStorage(unfilledByteCount: shape.elementCount * dtype.byteCount)
        if isKeptAsItIs {
            try source.fill(storage, from: offset)
            if bigEndian { Self.swapBytes(storage, width: byteCount) }
        } else {
            for start in stride(from: 0, to: shape.elementCount, by: Self.pieceElementCount) {
                let count = min(Self.pieceElementCount, shape.elementCount - start)
                let first = offset + start * byteCount
                let (bytes, range) = try source.window(first..<(first + count * byteCount))
                convert(
                    unsafe bytes.span.bytes.extracting(range), bigEndian: bigEndian, into: storage, from: start)
            }
        }
        return Tensor(dtype: dtype, shape: shape, storage: storage)
    }

    /// Elements that are converted at a time.
    private static let pieceElementCount = 1 << 19

    /// Converts all of `bytes` to elements of `storage`, the first of which is number `first`.
    private func convert(_ bytes: RawSpan, bigEndian: Bool, into storage: AlignedStorage, from first: Int) {
        let count = bytes.byteCount / byteCount
        switch self {
        case .float16, .bfloat16:
            let floats = unsafe UnsafeMutableBufferPointer(start: storage.floats + first, count: count)
            for index in 0..<count {
                let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                unsafe floats[index] = float(bits: bigEndian ? UInt16(bigEndian: bits) : UInt16(littleEndian: bits))
            }
        case .float8e5m2, .float8e4m3:
            let floats = unsafe UnsafeMutableBufferPointer(start: storage.floats + first, count: count)
            for index in 0..<count {
                unsafe floats[index] = float(bits: UInt16(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)))
            }
        case .bool:
            let flags = unsafe UnsafeMutableRawBufferPointer(start: storage.base + first, count: count)
            for index in 0..<count {
                unsafe flags[index] = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0 ? 0 : 1
            }
        default:
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(start: storage.base + first * byteCount, count: source.count)
                    .copyMemory(from: source)
            }
            if bigEndian { Self.swapBytes(storage, width: byteCount) }
        }
    }

    /// Makes a tensor of a range of the bytes of a file; see above.
    func tensor(from bytes: [UInt8], _ range: Range<Int>, shape: Shape, bigEndian: Bool = false) -> Tensor {
        tensor(from: unsafe bytes.span.bytes.extracting(range), shape: shape, bigEndian: bigEndian)
    }

    private static func swapBytes(_ storage: AlignedStorage, width: Int) {
        switch width {
        case 2: swapBytes(storage, UInt16.self)
        case 4: swapBytes(storage, UInt32.self)
        case 8: swapBytes(storage, UInt64.self)
        default: break
        }
    }

    private static func swapBytes<Element: FixedWidthInteger>(_ storage: AlignedStorage, _: Element.Type) {
        let count = storage.byteCount / MemoryLayout<Element>.size
        let elements = unsafe UnsafeMutableBufferPointer(
            start: storage.base.bindMemory(to: Element.self, capacity: count), count: count)
        for index in 0..<count { unsafe elements[index] = elements[index].byteSwapped }
    }
}

extension Tensor {
    /// The elements as files store them: little-endian, in row-major order.
    var bytes: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)) }
}
