package import Tensors

/// Writes arrays in NumPy's `.npy` format: version 1.0, little-endian, in row-major order, byte for byte what NumPy
/// writes.
package enum NpyWriter {
    /// The bytes of a file that holds `tensor`.
    package static func bytes(of tensor: Tensor) -> [UInt8] {
        let sizes = tensor.shape.dimensions.map(String.init)
        let shape = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
        let header = "{'descr': '\(descr(tensor.dtype))', 'fortran_order': False, 'shape': \(shape), }"
        // NumPy leaves room for the first dimension to grow to any size, then pads, always, up to a multiple of 64.
        let growth = sizes.first.map { 21 - $0.utf8.count } ?? 0
        let prefix = NpyReader.magic.count + 4
        let unpadded = prefix + header.utf8.count + max(growth, 0) + 1
        let headerCount = (unpadded / 64 + 1) * 64 - prefix
        precondition(headerCount <= Int(UInt16.max), "too many dimensions for a .npy file")
        var bytes = NpyReader.magic + [1, 0, UInt8(headerCount & 0xFF), UInt8(headerCount >> 8)]
        bytes += header.utf8
        bytes += repeatElement(UInt8(ascii: " "), count: headerCount - header.utf8.count - 1)
        bytes.append(UInt8(ascii: "\n"))
        return bytes + tensor.bytes
    }

    private static func descr(_ dtype: DType) -> String {
        switch dtype {
        case .bool: "|b1"
        case .int8: "|i1"
        case .uint8: "|u1"
        case .int16: "<i2"
        case .uint16: "<u2"
        case .int32: "<i4"
        case .uint32: "<u4"
        case .int64: "<i8"
        case .uint64: "<u8"
        case .float32: "<f4"
        case .float64: "<f8"
        }
    }
}
