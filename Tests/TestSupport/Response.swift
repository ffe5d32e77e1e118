/// A response as a client sees it.
package struct Response {
    package let head: String
    package let body: [UInt8]

    package var status: Int { Int(head.dropFirst(9).prefix(3)) ?? 0 }
    package var text: String { String(decoding: body, as: UTF8.self) }
    package var closes: Bool { head.contains("\r\nConnection: close\r\n") }

    static func contentLength(_ head: String) -> Int {
        for line in head.split(separator: "\r\n") where line.hasPrefix("Content-Length: ") {
            return Int(line.dropFirst(16)) ?? 0
        }
        return 0
    }
}
