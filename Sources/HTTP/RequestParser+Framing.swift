extension RequestParser {
    /// Notes a field that decides where the message ends or what becomes of the connection.
    @inline(__always)
    mutating func interpret(_ field: RequestField, _ bytes: Span<UInt8>) throws(HTTPError) {
        let name = field.name
        switch name.count {
        case 4 where equalsIgnoringCase(bytes, name, "host"):
            framing.hostCount &+= 1
            guard framing.hostCount == 1 else { throw .repeatedHost }
            guard isAuthority(bytes, field.value) else { throw .invalidHost }
        case 6 where equalsIgnoringCase(bytes, name, "expect"):
            let isContinue = equalsIgnoringCase(bytes, field.value, "100-continue")
            if isContinue { framing.expectsContinue = true } else { framing.expectsOther = true }
        case 10 where equalsIgnoringCase(bytes, name, "connection"):
            noteConnection(bytes, field.value)
        case 14 where equalsIgnoringCase(bytes, name, "content-length"):
            try noteContentLength(bytes, field.value)
        case 17 where equalsIgnoringCase(bytes, name, "transfer-encoding"):
            noteTransferEncoding(bytes, field.value)
        default: break
        }
    }

    /// `Connection = #connection-option` (RFC 9110 §7.6.1)
    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        // What nearly all requests say.
        if equalsIgnoringCase(bytes, value, "keep-alive") { return framing.connectionKeepAlive = true }
        forEachElement(bytes, value) { element in
            if equalsIgnoringCase(bytes, element, "close") { framing.connectionClose = true }
            if equalsIgnoringCase(bytes, element, "keep-alive") { framing.connectionKeepAlive = true }
        }
    }

    /// `Content-Length = 1*DIGIT`; lines that repeat the same number count as one (RFC 9110 §8.6, RFC 9112 §6.3)
    private mutating func noteContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(HTTPError) {
        guard !value.isEmpty else { throw .invalidContentLength }
        var length = 0
        var overflows = false
        for index in value {
            guard isDigit(bytes[index]) else { throw .invalidContentLength }
            let (product, high) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] &- 0x30))
            overflows = overflows || high || carry
            length = overflows ? 0 : sum
        }
        if overflows { throw .bodyTooLarge(limit: limits.maximumBodyBytes) }
        guard framing.contentLength < 0 || framing.contentLength == length else { throw .conflictingContentLength }
        framing.contentLength = length
    }

    /// `Transfer-Encoding = #transfer-coding` (RFC 9112 §6.1); an empty element is no coding we know.
    private mutating func noteTransferEncoding(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        framing.hasTransferEncoding = true
        forEachElement(bytes, value) { element in
            framing.endsInChunked = equalsIgnoringCase(bytes, element, "chunked")
            if framing.endsInChunked { framing.chunkedCount &+= 1 } else { framing.hasOtherCoding = true }
        }
    }

    /// The rules over all fields, once the blank line is there (RFC 9112 §3.2, §6.3, §9.3; RFC 9110 §10.1.1).
    @inline(__always)
    mutating func finishHead() throws(HTTPError) {
        let isHTTP10 = head.minorVersion == 0
        if framing.hostCount == 0, !isHTTP10 { throw .missingHost }
        head.keepAlive = !framing.connectionClose && (!isHTTP10 || framing.connectionKeepAlive)
        if framing.hasTransferEncoding {
            try checkTransferEncoding(isHTTP10: isHTTP10)
            head.framing = .chunked
        } else if framing.contentLength > 0 {
            guard framing.contentLength <= limits.maximumBodyBytes else {
                throw .contentLengthTooLarge(framing.contentLength, limit: limits.maximumBodyBytes)
            }
            head.framing = .length(framing.contentLength)
        }
        if isHTTP10 { return }
        if framing.expectsOther { throw .unsupportedExpectation }
        head.expectsContinue = framing.expectsContinue && head.framing != .none
    }

    /// RFC 9112 §6.1 and §6.3: what a proxy before us might read differently is refused.
    private func checkTransferEncoding(isHTTP10: Bool) throws(HTTPError) {
        if isHTTP10 { throw .transferEncodingInHTTP10 }
        if framing.contentLength >= 0 { throw .contentLengthWithTransferEncoding }
        guard framing.endsInChunked else { throw .finalCodingNotChunked }
        guard framing.chunkedCount == 1 else { throw .repeatedChunkedCoding }
        if framing.hasOtherCoding { throw .unsupportedTransferCoding }
    }
}
