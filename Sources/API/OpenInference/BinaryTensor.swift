import Tensors

/// Tensors as the binary extension sends them: little-endian, row-major, without padding.
enum BinaryTensor {
    /// The numbers of a tensor.
    /// - Parameters:
    ///   - bytes: As many as `count` elements have.
    ///   - datatype: Not BYTES.
    ///   - count: Of elements.
    /// - Returns: As many floats, those nearest to the elements.
    static func floats(_ bytes: UnsafeRawBufferPointer, _ datatype: TensorDatatype, count: Int) -> AlignedStorage {
        precondition(bytes.count == count * (datatype.byteCount ?? 0), "bytes do not fit the elements")
        let storage = AlignedStorage(unfilledByteCount: count * MemoryLayout<Float>.stride)
        let floats = unsafe UnsafeMutableBufferPointer(start: storage.floats, count: count)
        switch datatype {
        case .fp32: unsafe UnsafeMutableRawBufferPointer(floats).copyMemory(from: bytes)
        case .fp64:
            unsafe fill(floats, bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
        case .fp16: unsafe fill(floats, bytes, UInt16.self) { Float(Float16(bitPattern: $0)) }
        case .bf16: unsafe fill(floats, bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .bool: unsafe fill(floats, bytes, UInt8.self) { $0 == 0 ? 0 : 1 }
        case .uint8: unsafe fill(floats, bytes, UInt8.self) { Float($0) }
        case .uint16: unsafe fill(floats, bytes, UInt16.self) { Float($0) }
        case .uint32: unsafe fill(floats, bytes, UInt32.self) { Float($0) }
        case .uint64: unsafe fill(floats, bytes, UInt64.self) { Float($0) }
        case .int8: unsafe fill(floats, bytes, Int8.self) { Float($0) }
        case .int16: unsafe fill(floats, bytes, Int16.self) { Float($0) }
        case .int32: unsafe fill(floats, bytes, Int32.self) { Float($0) }
        case .int64: unsafe fill(floats, bytes, Int64.self) { Float($0) }
        case .bytes: preconditionFailure("texts are no numbers")
        }
        return storage
    }

    private static func fill<Element: FixedWidthInteger>(
        _ floats: UnsafeMutableBufferPointer<Float>, _ bytes: UnsafeRawBufferPointer, _: Element.Type,
        _ float: (Element) -> Float
    ) {
        let size = MemoryLayout<Element>.size
        for index in floats.indices {
            let element = unsafe bytes.loadUnaligned(fromByteOffset: index * size, as: Element.self)
            unsafe floats[index] = float(Element(littleEndian: element))
        }
    }

    /// Texts: each after its length in 4 bytes.
    /// - Returns: nil when the bytes do not hold exactly `count` of them.
    static func texts(_ bytes: UnsafeRawBufferPointer, count: Int) -> [[UInt8]]? {
        // Each takes 4 bytes at least, so that the list is no larger than the body.
        guard count <= bytes.count / 4 else { return nil }
        var texts: [[UInt8]] = []
        texts.reserveCapacity(count)
        var place = 0
        while place < bytes.count {
            guard texts.count < count, bytes.count - place >= 4 else { return nil }
            let length = Int(UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            guard length <= bytes.count - place - 4 else { return nil }
            texts.append(unsafe [UInt8](UnsafeRawBufferPointer(rebasing: bytes[(place + 4)..<(place + 4 + length)])))
            place += 4 + length
        }
        return texts.count == count ? texts : nil
    }

    /// The elements of an output in its own type; what does not fit becomes the nearest value, no number becomes 0.
    static func bytes(of tensor: Tensor, _ datatype: TensorDatatype) -> [UInt8] {
        let floats = unsafe UnsafeBufferPointer(start: tensor.storage.floats, count: tensor.elementCount)
        return switch datatype {
        case .fp64: unsafe pack(floats) { Double($0).bitPattern }
        case .bool, .uint8: unsafe pack(floats) { UInt8(clamping: $0) }
        case .uint16: unsafe pack(floats) { UInt16(clamping: $0) }
        case .uint32: unsafe pack(floats) { UInt32(clamping: $0) }
        case .uint64: unsafe pack(floats) { UInt64(clamping: $0) }
        case .int8: unsafe pack(floats) { Int8(clamping: $0) }
        case .int16: unsafe pack(floats) { Int16(clamping: $0) }
        case .int32: unsafe pack(floats) { Int32(clamping: $0) }
        case .int64: unsafe pack(floats) { Int64(clamping: $0) }
        default: unsafe [UInt8](UnsafeRawBufferPointer(floats))
        }
    }

    private static func pack<Element: FixedWidthInteger>(
        _ floats: UnsafeBufferPointer<Float>, _ element: (Float) -> Element
    ) -> [UInt8] {
        let elements = unsafe floats.map { element($0).littleEndian }
        return unsafe elements.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Texts as the binary extension sends them.
    static func bytes(of texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts {
            unsafe withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { unsafe bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }
}

extension FixedWidthInteger {
    /// The nearest value; 0 for no number.
    init(clamping value: Float) {
        if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value.isNaN ? 0 : value < 0 ? .min : .max
        }
    }
}
