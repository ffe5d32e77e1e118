/// Decodes a chunked body in place, as it arrives.
///
/// The decoded bytes of a chunk are moved down over its size line, so that the body becomes contiguous in the buffer
/// it was received in, and nothing grows with the number of chunks. Lines must end in CR LF; extensions and trailer
/// fields are checked and dropped (RFC 9112 §7.1.1, §7.1.2).
package struct ChunkedDecoder: Sendable {
    /// How far one call came.
    package struct Progress: Sendable, Equatable {
        /// End of the bytes that were read.
        package let read: Int
        /// End of the decoded body.
        package let written: Int
        /// Whether the body is complete; if not, all bytes were read.
        package let isComplete: Bool
    }

    enum State {
        case size, afterSize, chunkExtension, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, finalLineFeed
        case complete
    }

    let limits: HTTPLimits
    var state = State.size
    /// Size of the chunk while its size line is read; then the bytes of it still to come.
    var remaining = 0
    var sizeDigits = 0
    var extensionBytes = 0
    var chunkCount = 0
    var trailerBytes = 0
    private var bodyBytes = 0

    /// - Parameter limits: The bounds of a body.
    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Decodes `bytes[read...]` to `bytes[write...]`.
    ///
    /// `chunked-body = *chunk last-chunk trailer-section CRLF` (RFC 9112 §7.1)
    ///
    /// - Parameters:
    ///   - bytes: The buffer; the body decoded so far ends at `write`, bytes not yet read begin at `read`.
    ///   - read: At least `write`.
    ///   - write: Where the next decoded byte goes.
    /// - Returns: How far reading and writing came.
    /// - Throws: What is wrong with the coding; the decoder must not be used again.
    package mutating func decode(
        _ bytes: inout MutableSpan<UInt8>, from read: Int, to write: Int
    ) throws(HTTPError) -> Progress {
        var read = read
        var write = write
        while read < bytes.count, state != .complete {
            if state == .data {
                let count = min(remaining, bytes.count - read)
                move(&bytes, from: read, to: write, count: count)
                read += count
                write += count
                remaining -= count
                if remaining == 0 { state = .dataReturn }
            } else {
                try step(bytes[read])
                read += 1
            }
        }
        return Progress(read: read, written: write, isComplete: state == .complete)
    }

    private func move(_ bytes: inout MutableSpan<UInt8>, from source: Int, to target: Int, count: Int) {
        precondition(target >= 0 && source >= target && count >= 0 && source + count <= bytes.count)
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            // Overlapping is fine: update(from:count:) moves.
            unsafe (base + target).update(from: base + source, count: count)
        }
    }

    /// The size line is complete: opens the chunk or the trailer section.
    mutating func openChunk() throws(HTTPError) {
        if remaining == 0 {
            state = .trailerStart
            return
        }
        chunkCount += 1
        guard chunkCount <= limits.maximumChunkCount else { throw .tooManyChunks(limit: limits.maximumChunkCount) }
        guard remaining <= limits.maximumBodyBytes - bodyBytes else {
            throw .bodyTooLarge(limit: limits.maximumBodyBytes)
        }
        bodyBytes += remaining
        state = .data
    }
}
