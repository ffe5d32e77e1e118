/// `apus health`: asks a daemon whether it is ready, as the image's HEALTHCHECK, which has no curl.
package enum HealthProbe {
    /// What the daemon said.
    package struct Answer: Sendable, Equatable {
        /// The status of the response.
        package let status: Int
        /// The first line of the body, without control characters.
        package let line: String
    }

    /// Longest response that is read. Bytes.
    private static let maxByteCount = 64 << 10

    /// Sends one GET and waits for the whole answer.
    /// - Parameters:
    ///   - url: What to ask.
    ///   - timeout: For everything together.
    /// - Returns: What the daemon said.
    /// - Throws: `DaemonError.usage` for a host that is no address, `.noAnswer`.
    package static func ask(_ url: HealthURL, timeout: Duration = .seconds(3)) throws(DaemonError) -> Answer {
        let socket = try ProbeSocket.connected(to: url, timeout: timeout)
        try socket.send(
            Array("GET \(url.target) HTTP/1.1\r\nHost: \(url.authority)\r\nConnection: close\r\n\r\n".utf8))
        let bytes = try socket.receiveAll(limit: maxByteCount)
        guard let answer = answer(in: bytes) else {
            throw .noAnswer(
                url: url.description, reason: "expected an HTTP/1.1 response, got \(bytes.count) other bytes")
        }
        return answer
    }

    /// HTTP/1.1 200 OK, fields, an empty line, the body.
    private static func answer(in bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].utf8.count == 3, let status = Int(words[1])
        else {
            return nil
        }
        let body = lines.drop { !$0.isEmpty }.dropFirst().joined(separator: "\r\n")
        let line = body.prefix { !$0.isNewline }.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        return Answer(status: status, line: String(String.UnicodeScalarView(line)))
    }
}
