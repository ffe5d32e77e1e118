/// Why a message was refused. After any of these the connection is out of step and closes.
package enum HTTPError: Error, Sendable, Equatable {
    // Lines (RFC 9112 §2.2)
    case bareCarriageReturn
    case bareLineFeed
    case tooManyEmptyLines(limit: Int)

    // Request line (RFC 9112 §3)
    case invalidMethod(byte: UInt8)
    case methodTooLong(limit: Int)
    case missingTarget
    case invalidTarget(reason: String)
    case targetTooLong(limit: Int)
    case missingVersion
    case invalidVersion
    case unsupportedVersion(major: Int)

    // Fields (RFC 9112 §5, RFC 9110 §5)
    case headTooLarge(limit: Int)
    case tooManyFields(limit: Int)
    case obsoleteLineFolding
    case emptyFieldName
    case whitespaceBeforeColon
    case invalidFieldName(byte: UInt8)
    case invalidFieldValue(byte: UInt8)
    case missingHost
    case repeatedHost
    case invalidHost
    case unsupportedExpectation

    // Framing (RFC 9112 §6)
    case invalidContentLength
    case conflictingContentLength
    case contentLengthWithTransferEncoding
    case transferEncodingInHTTP10
    case finalCodingNotChunked
    case repeatedChunkedCoding
    case unsupportedTransferCoding
    case bodyTooLarge(limit: Int)
    case contentLengthTooLarge(Int, limit: Int)

    // Chunked coding (RFC 9112 §7.1)
    case invalidChunkSize
    case invalidChunkExtension
    case chunkExtensionTooLong(limit: Int)
    case tooManyChunks(limit: Int)
    case missingChunkEnd
    case trailersTooLarge(limit: Int)

    /// The status that answers this error.
    package var status: HTTPStatus {
        switch self {
        case .methodTooLong, .unsupportedTransferCoding: .notImplemented
        case .targetTooLong: .uriTooLong
        case .unsupportedVersion: .httpVersionNotSupported
        case .headTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge, .contentLengthTooLarge, .tooManyChunks: .contentTooLarge
        case .unsupportedExpectation: .expectationFailed
        default: .badRequest
        }
    }
}
