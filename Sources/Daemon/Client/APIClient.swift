package import JSON

/// Asks a running daemon, for the commands that look at its jobs.
package struct APIClient: Sendable {
    private let url: HealthURL

    /// How long an answer may take.
    private static let timeout = Duration.seconds(30)
    /// Longest response that is read. Bytes.
    private static let maximumBytes = 64 << 20

    /// - Parameter url: Where the daemon is; its path is not looked at.
    package init(_ url: HealthURL) {
        self.url = url
    }

    /// Sends a request without a body and reads the JSON that comes back.
    /// - Throws: `DaemonError.noAnswer`, or `.refused` with the daemon's own words.
    package func ask(_ method: String, _ target: String) throws(DaemonError) -> JSONValue {
        let socket = try ProbeSocket.connected(to: url, timeout: Self.timeout)
        // HTTP/1.0, to which nothing is sent in chunks.
        let request =
            "\(method) \(target) HTTP/1.0\r\nHost: \(url.authority)\r\nAccept: application/json\r\n"
            + "Content-Length: 0\r\n\r\n"
        try socket.send(Array(request.utf8))
        let bytes = try socket.receiveAll(limit: Self.maximumBytes)
        guard let (status, body) = Self.answer(in: bytes) else {
            throw .noAnswer(url: url.description, reason: "expected an HTTP response, got \(bytes.count) other bytes")
        }
        let value = try? JSONValue(parsing: body, maximumDepth: JSONReader.greatestMaximumDepth)
        guard (200..<300).contains(status) else {
            throw .refused(
                status: status, value?["detail"]?.string ?? String(decoding: body.prefix(500), as: UTF8.self))
        }
        guard let value else { throw .noAnswer(url: url.description, reason: "expected JSON, got something else") }
        return value
    }

    /// A segment of a path, percent-encoded (RFC 3986 §2.1).
    package static func encoded(_ segment: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return segment.utf8.reduce(into: "") { text, byte in
            if byte.isUnreserved {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// The status and the body.
    private static func answer(in bytes: [UInt8]) -> (Int, [UInt8])? {
        guard let end = bytes.indices.dropLast(3).first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }),
            let line = bytes.split(separator: 13, maxSplits: 1).first
        else { return nil }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        return (status, Array(bytes[(end + 4)...]))
    }
}
