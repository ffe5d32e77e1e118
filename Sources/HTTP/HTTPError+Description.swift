extension HTTPError: CustomStringConvertible {
    /// One sentence: what was read, what was expected, what came.
    package var description: String {
        switch self {
        case .bareCarriageReturn: "Expected CR LF at the end of a line, found CR alone."
        case .bareLineFeed: "Expected CR LF at the end of a line, found LF alone."
        case .tooManyEmptyLines(let limit): "More than \(limit) empty lines stand before the request line."
        case .headTooLarge(let limit): "The request head is longer than \(limit) bytes."
        case .tooManyFields(let limit): "The request head has more than \(limit) fields."
        case .bodyTooLarge(let limit): "The body is larger than \(limit) bytes."
        case .contentLengthTooLarge(let length, let limit):
            "Content-Length: expected at most \(limit) bytes, got \(length)."
        case .invalidChunkSize: "A chunk size must be 1 to 16 hexadecimal digits."
        case .invalidChunkExtension: "A chunk extension holds a control character."
        case .chunkExtensionTooLong(let limit): "A chunk extension is longer than \(limit) bytes."
        case .tooManyChunks(let limit): "The body has more than \(limit) chunks."
        case .missingChunkEnd: "Expected CR LF after the data of a chunk."
        case .trailersTooLarge(let limit): "The trailer section is longer than \(limit) bytes."
        default: requestLineDescription ?? fieldDescription
        }
    }

    private var requestLineDescription: String? {
        switch self {
        case .invalidMethod(let byte): "Expected a method of token characters and a space, found byte \(byte)."
        case .methodTooLong(let limit): "The method is longer than \(limit) bytes."
        case .missingTarget: "The request line has no target."
        case .invalidTarget(let reason): "The request target is not valid: \(reason)."
        case .targetTooLong(let limit): "The request target is longer than \(limit) bytes."
        case .missingVersion: "The request line has no HTTP version."
        case .invalidVersion: "Expected the version as HTTP/1.1 at the end of the request line."
        case .unsupportedVersion(let major): "Expected HTTP version 1.0 or 1.1, found major version \(major)."
        default: nil
        }
    }

    private var fieldDescription: String {
        switch self {
        case .obsoleteLineFolding: "A field line begins with white space; folded lines are obsolete."
        case .emptyFieldName: "A field line has no name before its colon."
        case .whitespaceBeforeColon: "White space stands between a field name and its colon."
        case .invalidFieldName(let byte): "Expected a field name of token characters and a colon, found byte \(byte)."
        case .invalidFieldValue(let byte): "A field value holds the control character \(byte)."
        case .missingHost: "An HTTP/1.1 request must have a Host field."
        case .repeatedHost: "The request has more than one Host field."
        case .invalidHost: "Expected the Host field as a host with an optional port."
        case .unsupportedExpectation: "Expected Expect: 100-continue, found another expectation."
        case .invalidContentLength: "Content-Length must be a decimal number."
        case .conflictingContentLength: "The request has Content-Length fields that differ."
        case .contentLengthWithTransferEncoding: "The request has both Content-Length and Transfer-Encoding."
        case .transferEncodingInHTTP10: "Transfer-Encoding is not defined for HTTP/1.0."
        case .finalCodingNotChunked: "The last transfer coding of a request must be chunked."
        case .repeatedChunkedCoding: "The chunked coding is applied more than once."
        default: "Expected the transfer coding chunked, found another one."
        }
    }
}
