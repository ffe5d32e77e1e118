package import Tensors

/// Reads arrays in NumPy's `.npy` format, versions 1.0, 2.0 and 3.0 (NumPy Enhancement Proposal 1;
/// numpy/lib/format.py). Arrays of Python objects are refused: they are pickles, which run code when they are read.
package enum NpyReader {
    /// Most bytes of a header; NumPy writes about 100.
    package static let maximumHeaderByteCount = 65_536

    /// `\x93NUMPY`
    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    /// Reads a file; its name stands in the errors.
    package static func tensor(path: String) throws(ModelFormatError) -> Tensor {
        let bytes = try FileBytes.read(path)
        return try tensor(from: bytes, name: path.lastPathComponent)
    }

    /// Reads an array; float16 becomes float32, the other types stay, the elements come in row-major order. Errors
    /// call it `name`.
    package static func tensor(from bytes: [UInt8], name: String) throws(ModelFormatError) -> Tensor {
        try tensor(from: bytes, 0..<bytes.count, name: name)
    }

    /// Reads an array from a range of `bytes`.
    static func tensor(from bytes: [UInt8], _ range: Range<Int>, name: String) throws(ModelFormatError) -> Tensor {
        let (header, start) = try header(of: bytes, range, name: name)
        let data = start..<range.upperBound
        let shape = try Shape(
            checking: header.dimensions, width: header.encoding.byteCount, byteCount: data.count, tensor: name)
        guard header.fortranOrder, shape.rank > 1 else {
            return header.encoding.tensor(from: bytes, data, shape: shape, bigEndian: header.bigEndian)
        }
        // In column-major order the bytes are those of the transposed array in row-major order.
        let transposed = Shape(shape.dimensions.reversed())
        return header.encoding.tensor(from: bytes, data, shape: transposed, bigEndian: header.bigEndian).transposed()
    }

    /// Reads what precedes the elements, and where these start.
    static func header(
        of bytes: [UInt8], _ range: Range<Int>, name: String
    ) throws(ModelFormatError) -> (NpyHeader, start: Int) {
        let part = "npy array \(name.quoted)"
        var reader = ByteReader(bytes, range, part: part)
        guard bytes[try reader.skip(magic.count)].elementsEqual(magic) else {
            throw .malformed(part: part, expected: "\\x93NUMPY as its first bytes", found: "something else")
        }
        let (major, minor) = (try reader.uint8(), try reader.uint8())
        guard (1...3).contains(major), minor == 0 else {
            throw .unsupported(part: part, expected: "versions 1.0 to 3.0 are", found: "\(major).\(minor)")
        }
        let headerCount = major == 1 ? Int(try reader.uint16()) : Int(try reader.uint32())
        guard headerCount <= maximumHeaderByteCount else {
            throw .tooLarge(part: part + " header", byteCount: headerCount, limit: maximumHeaderByteCount)
        }
        let header = try NpyHeader(bytes, try reader.skip(headerCount), part: part)
        return (header, reader.offset)
    }
}
