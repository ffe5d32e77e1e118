import Tensors

extension ElementEncoding {
    /// Makes a tensor of the bytes of a file: exactly the elements, in row-major order, each with its least
    /// significant byte first unless they are big-endian.
    func tensor(from bytes: RawSpan, shape: Shape, bigEndian: Bool = false) -> Tensor {
        precondition(bytes.byteCount == shape.elementCount * byteCount, "bytes do not fit the shape")
        let storage = AlignedStorage(byteCount: shape.elementCount * dtype.byteCount)
        switch self {
        case .float16, .bfloat16:
            let floats = unsafe UnsafeMutableBufferPointer(start: storage.floats, count: shape.elementCount)
            for index in 0..<shape.elementCount {
                let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                unsafe floats[index] = float(bits: bigEndian ? UInt16(bigEndian: bits) : UInt16(littleEndian: bits))
            }
        case .bool:
            let flags = unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: shape.elementCount)
            for index in 0..<shape.elementCount {
                unsafe flags[index] = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0 ? 0 : 1
            }
        default:
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount)
                    .copyMemory(from: source)
            }
            if bigEndian { Self.swapBytes(storage, width: byteCount) }
        }
        return Tensor(dtype: dtype, shape: shape, storage: storage)
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
