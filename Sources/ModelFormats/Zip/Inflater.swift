import CZlib

/// Decompression of deflate data (RFC 1951), by zlib.
enum Inflater {
    /// What stands around the data.
    enum Format {
        /// Nothing, as in zip archives.
        case raw
        /// A header of two bytes and a checksum of four (RFC 1950).
        case zlib
    }

    /// Bytes that are inflated at a time: the memory grows with what is really there, not with what is announced.
    private static let chunkByteCount = 65_536

    /// The `byteCount` bytes that a range of `bytes` inflates to.
    static func inflate(
        _ bytes: [UInt8], _ range: Range<Int>, byteCount: Int, format: Format = .raw, part: String
    ) throws(ModelFormatError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(byteCount, max(chunkByteCount, 4 * range.count)))
        var stream = unsafe z_stream()
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        // Negative window bits: no zlib header.
        guard unsafe inflateInit2_(&stream, format == .raw ? -MAX_WBITS : MAX_WBITS, ZLIB_VERSION, size) == Z_OK else {
            throw .unsupported(part: part, expected: "inflating while there is memory is", found: "none left")
        }
        defer { unsafe inflateEnd(&stream) }
        var chunk = [UInt8](repeating: 0, count: chunkByteCount)
        var input = range
        var status = Z_OK
        while status == Z_OK {
            let consumed: Int
            let produced: Int
            (status, consumed, produced) = unsafe step(&stream, bytes, input, into: &chunk)
            input = (input.lowerBound + consumed)..<input.upperBound
            output += chunk[..<produced]
            guard output.count <= byteCount else {
                throw .malformed(part: part, expected: "\(byteCount) bytes", found: "more")
            }
            if consumed == 0, produced == 0 { break }
        }
        guard status == Z_STREAM_END, input.isEmpty, output.count == byteCount else {
            throw .malformed(
                part: part, expected: "\(range.count) bytes of deflate data that make \(byteCount)",
                found: status == Z_DATA_ERROR
                    ? "other data" : "\(range.count - input.count) bytes that make \(output.count)")
        }
        return output
    }

    /// Inflates up to one chunk and tells how far that went.
    private static func step(
        _ stream: inout z_stream, _ bytes: [UInt8], _ input: Range<Int>, into chunk: inout [UInt8]
    ) -> (status: Int32, consumed: Int, produced: Int) {
        let offered = min(input.count, 1 << 30)
        return unsafe bytes.withUnsafeBufferPointer { source in
            unsafe chunk.withUnsafeMutableBufferPointer { target in
                // zlib takes its input as mutable for historical reasons; it does not write to it.
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.advanced(by: input.lowerBound))
                unsafe stream.avail_in = UInt32(offered)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = UInt32(target.count)
                let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                return unsafe (status, offered - Int(stream.avail_in), target.count - Int(stream.avail_out))
            }
        }
    }

    /// The CRC-32 of a range of `bytes` (ISO 3309, as zip uses it).
    static func crc32(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { all in
            unsafe UInt32(truncatingIfNeeded: crc32_z(0, all.baseAddress?.advanced(by: range.lowerBound), range.count))
        }
    }
}
