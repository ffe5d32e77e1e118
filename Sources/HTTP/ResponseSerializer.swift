/// Writes responses to the end of a byte buffer, head and content in one piece.
package struct ResponseSerializer: Sendable {
    /// What the request and the connection ask of a response.
    package struct Context: Sendable, Equatable {
        /// Whether the request was a HEAD: the content is measured, not sent (RFC 9110 §9.3.2).
        package var isHead: Bool
        /// Whether the connection closes after this response.
        package var closes: Bool
        /// Whether the client speaks HTTP/1.0 and must be told that the connection stays open (RFC 9112 §C.2.2).
        package var announcesKeepAlive: Bool

        /// - Parameters:
        ///   - isHead: Whether the request was a HEAD.
        ///   - closes: Whether the connection closes after this response.
        ///   - announcesKeepAlive: Whether an HTTP/1.0 client keeps the connection.
        package init(isHead: Bool = false, closes: Bool = false, announcesKeepAlive: Bool = false) {
            self.isHead = isHead
            self.closes = closes
            self.announcesKeepAlive = announcesKeepAlive
        }
    }

    /// The interim response that asks for the body (RFC 9110 §15.2.1).
    package static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private var dateSeconds = -1
    private var dateLine: [UInt8] = []

    /// A serializer at 1970-01-01; set its date before use.
    package init() {
        setDate(unixSeconds: 0)
    }

    /// Sets the Date of the responses that follow; formats it only when the second has changed.
    ///
    /// - Parameter seconds: Seconds since 1970-01-01 00:00 UTC.
    package mutating func setDate(unixSeconds seconds: Int) {
        guard seconds != dateSeconds else { return }
        dateSeconds = seconds
        dateLine = Array("\r\nDate: \(HTTPDate.format(unixSeconds: seconds))".utf8)
    }

    /// Appends a response to `output`.
    ///
    /// `status-line = HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4)
    package func append(_ response: borrowing HTTPResponse, _ context: Context, to output: inout [UInt8]) {
        let hasContent = !response.status.forbidsBody
        let bodyCount = hasContent && !context.isHead ? response.body.count : 0
        output.reserveCapacity(roundedUp: output.count + 512 + bodyCount)
        appendStart(response, to: &output)
        // RFC 9110 §8.6: no Content-Length in 1xx and 204; in 304 it would describe the 200.
        if hasContent {
            output.append(contentsOf: "\r\nContent-Length: ".utf8)
            appendDecimal(response.body.count, to: &output)
        }
        appendEnd(response, context, to: &output)
        if bodyCount > 0 { output.append(contentsOf: response.body) }
    }

    /// Appends the head of a response whose content follows bit by bit; its `body` is not looked at.
    ///
    /// To HTTP/1.0 the content goes as it is, and ends with the connection (RFC 9112 §6.1, §6.3 rule 8): `context` must
    /// say that it closes then.
    ///
    /// - Parameters:
    ///   - response: The status and the fields.
    ///   - context: What the request and the connection ask for.
    ///   - isChunked: Whether the content is going to be sent with `appendChunk`.
    ///   - output: Where to.
    package func appendHead(
        _ response: borrowing HTTPResponse, _ context: Context, isChunked: Bool, to output: inout [UInt8]
    ) {
        precondition(isChunked || context.closes, "without chunks the content ends with the connection")
        appendStart(response, to: &output)
        if isChunked { append("Transfer-Encoding", "chunked", to: &output) }
        appendEnd(response, context, to: &output)
    }

    /// `chunk = chunk-size CRLF chunk-data CRLF` (RFC 9112 §7.1). No bytes are no chunk, for that would be the last.
    package static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        output.append(contentsOf: String(bytes.count, radix: 16).utf8)
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: bytes)
        output.append(contentsOf: "\r\n".utf8)
    }

    /// `last-chunk trailer-section CRLF` (RFC 9112 §7.1)
    package static let lastChunk = Array("0\r\n\r\n".utf8)

    /// `status-line`, Date and Content-Type.
    @inline(__always)
    private func appendStart(_ response: borrowing HTTPResponse, to output: inout [UInt8]) {
        appendStatusLine(response.status, to: &output)
        output.append(contentsOf: dateLine)
        if let contentType = response.contentType { append("Content-Type", contentType, to: &output) }
    }

    /// The further fields, Connection, and the blank line.
    @inline(__always)
    private func appendEnd(_ response: borrowing HTTPResponse, _ context: Context, to output: inout [UInt8]) {
        for field in response.fields { append(field.name, field.value, to: &output) }
        if context.closes {
            output.append(contentsOf: "\r\nConnection: close".utf8)
        } else if context.announcesKeepAlive {
            output.append(contentsOf: "\r\nConnection: keep-alive".utf8)
        }
        output.append(contentsOf: "\r\n\r\n".utf8)
    }

    @inline(__always)
    private func appendStatusLine(_ status: HTTPStatus, to output: inout [UInt8]) {
        if status.code == 200 {
            output.append(contentsOf: "HTTP/1.1 200 OK".utf8)
            return
        }
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        appendDecimal(status.code, to: &output)
        output.append(0x20)
        output.append(contentsOf: status.phrase.utf8)
    }

    private func append(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(0x0D)
        output.append(0x0A)
        appendText(name, to: &output)
        output.append(0x3A)
        output.append(0x20)
        appendText(value, to: &output)
    }

    /// Control characters become spaces: text of a client's making can never end a line (RFC 9112 §11.1).
    private func appendText(_ text: String, to output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: text.utf8)
        guard firstControl(output.span, from: start) < output.count else { return }
        for index in start..<output.count where isControl(output[index]) { output[index] = 0x20 }
    }

    private func appendDecimal(_ value: Int, to output: inout [UInt8]) {
        var divisor = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            output.append(UInt8(truncatingIfNeeded: value / divisor % 10 + 0x30))
            divisor /= 10
        }
    }
}

extension [UInt8] {
    /// Reserves at least twice the capacity there was when that is too small, so that appending stays linear.
    fileprivate mutating func reserveCapacity(roundedUp minimum: Int) {
        if capacity < minimum { reserveCapacity(Swift.max(minimum, capacity * 2)) }
    }
}
