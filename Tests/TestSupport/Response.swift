import Glibc

/// A response as a client sees it.
package struct Response {
    package let head: String
    package let body: [UInt8]

    package var status: Int { Int(head.dropFirst(9).prefix(3)) ?? 0 }
    package var text: String { String(decoding: body, as: UTF8.self) }
    package var closes: Bool { head.contains("\r\nConnection: close\r\n") }

    /// The value of a field of the head, whose name is given in lower case; nil without it.
    package func value(of name: String) -> String? {
        for line in head.split(separator: "\r\n") {
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2, field[0].lowercased() == name else { continue }
            return String(field[1].drop { $0 == " " })
        }
        return nil
    }

    /// The field's value in a head; 0 without it.
    static func contentLength(_ head: String) -> Int {
        head.withCString { text in strstr(text, "\r\nContent-Length: ").map { Int(atoi($0 + 18)) } ?? 0 }
    }
}
