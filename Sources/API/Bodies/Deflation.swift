import CZlib
import HTTP

/// Compresses answers for clients that ask for it.
enum Deflation {
    /// Smaller answers are sent as they are. Bytes.
    static let minimumByteCount = 1024
    /// Larger ones are compressed on another thread than the event loop's. Bytes.
    static let quickByteCount = 64 * 1024

    /// Whether there is anything to gain.
    static func applies(to response: borrowing HTTPResponse) -> Bool {
        response.body.count >= minimumByteCount && !response.fields.contains { $0.name == "Content-Encoding" }
    }

    /// The response compressed, or as it is when that makes it no smaller.
    static func compressed(_ response: consuming HTTPResponse, _ coding: ContentCoding) -> HTTPResponse {
        guard let body = deflate(response.body, coding), body.count < response.body.count else { return response }
        response.body = body
        response.fields.append(.init("Content-Encoding", coding.rawValue))
        return response
    }

    /// The bytes as gzip or zlib data; nil when there is no memory.
    static func deflate(_ bytes: [UInt8], _ coding: ContentCoding) -> [UInt8]? {
        var stream = unsafe z_stream()
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let windowBits = coding == .gzip ? MAX_WBITS + 16 : MAX_WBITS
        let status = unsafe deflateInit2_(
            &stream, Z_BEST_SPEED, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        guard status == Z_OK, bytes.count < 1 << 30 else { return nil }
        defer { unsafe deflateEnd(&stream) }
        let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                // zlib takes its input as mutable for historical reasons; it does not write to it.
                unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = UInt32(target.count)
                let status = unsafe CZlib.deflate(&stream, Z_FINISH)
                count = status == Z_STREAM_END ? unsafe target.count - Int(stream.avail_out) : 0
            }
        }
    }
}
