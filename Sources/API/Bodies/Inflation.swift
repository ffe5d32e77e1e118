import CZlib

/// Decompresses what a client sent, within bounds: the memory grows with what is really there.
enum Inflation {
    /// Why there is no whole body.
    enum Failure: Error, Equatable {
        /// It would be larger. Bytes.
        case tooLarge(limit: Int)
        /// The data are damaged, cut short, or something else.
        case malformed
        case outOfMemory
    }

    /// The most bytes that a compressed one may stand for, when there is more than a megabyte of them. Deflate can make
    /// 1032; numbers as people send them make under 100.
    static let maximumRatio = 256
    private static let unsuspicious = 1 << 20
    private static let chunkByteCount = 65_536

    /// The most bytes that a compressed body may become.
    static func limit(compressed: Int, maximum: Int) -> Int {
        let (product, overflow) = compressed.multipliedReportingOverflow(by: maximumRatio)
        return min(maximum, max(unsuspicious, overflow ? .max : product))
    }

    /// The decompressed body.
    /// - Parameters:
    ///   - bytes: Whole members of gzip (RFC 1952), or zlib (RFC 1950) or raw deflate data (RFC 1951), of which clients
    ///     send either as `deflate`.
    ///   - coding: Which of both.
    ///   - limit: The most bytes that are made.
    /// - Returns: All of it.
    /// - Throws: Why there is none.
    static func inflate(
        _ bytes: UnsafeRawBufferPointer, _ coding: ContentCoding, limit: Int
    ) throws(Failure) -> [UInt8] {
        var stream = unsafe z_stream()
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(&stream, windowBits(bytes, coding), ZLIB_VERSION, size) == Z_OK else {
            throw .outOfMemory
        }
        defer { unsafe inflateEnd(&stream) }
        var output: [UInt8] = []
        output.reserveCapacity(min(limit, 4 * bytes.count))
        var chunk = [UInt8](repeating: 0, count: min(chunkByteCount, limit + 1))
        var place = 0
        while true {
            let (status, consumed, produced) = unsafe step(&stream, bytes, from: place, into: &chunk)
            place += consumed
            output += chunk[..<produced]
            guard output.count <= limit else { throw .tooLarge(limit: limit) }
            if status == Z_STREAM_END {
                if place == bytes.count { return output }
                guard coding == .gzip, unsafe inflateReset(&stream) == Z_OK else { throw .malformed }
            } else if status != Z_OK || consumed == 0 && produced == 0 {
                throw .malformed
            }
        }
    }

    /// gzip; zlib when the first two bytes are its header, whose check is a multiple of 31; otherwise raw.
    private static func windowBits(_ bytes: UnsafeRawBufferPointer, _ coding: ContentCoding) -> Int32 {
        if coding == .gzip { return MAX_WBITS + 16 }
        guard bytes.count >= 2, unsafe bytes[0] & 0xF == 8 else { return -MAX_WBITS }
        return unsafe (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 ? MAX_WBITS : -MAX_WBITS
    }

    private static func step(
        _ stream: inout z_stream, _ bytes: UnsafeRawBufferPointer, from place: Int, into chunk: inout [UInt8]
    ) -> (status: Int32, consumed: Int, produced: Int) {
        let offered = min(bytes.count - place, 1 << 30)
        return unsafe chunk.withUnsafeMutableBufferPointer { target in
            // zlib takes its input as mutable for historical reasons; it does not write to it.
            let source = unsafe bytes.baseAddress?.advanced(by: place).assumingMemoryBound(to: UInt8.self)
            unsafe stream.next_in = UnsafeMutablePointer(mutating: source)
            unsafe stream.avail_in = UInt32(offered)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
            return unsafe (status, offered - Int(stream.avail_in), target.count - Int(stream.avail_out))
        }
    }
}
