/// Reads a path from front to back without splitting it: every predict request passes here.
struct PathScanner {
    let path: String
    private var rest: Substring.UTF8View

    init(_ path: String) {
        self.path = path
        rest = path[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Moves behind `text` if it comes next.
    mutating func skip(_ text: StaticString) -> Bool {
        var ahead = rest
        for index in 0..<text.utf8CodeUnitCount {
            guard let byte = ahead.popFirst(), unsafe byte == text.utf8Start[index] else { return false }
        }
        rest = ahead
        return true
    }

    /// The bytes up to the next "/" or ":", percent-decoded; nil when there are none, or when they hold a malformed
    /// escape or no UTF-8.
    mutating func segment() -> String? {
        let segment = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
        rest = rest[segment.endIndex...]
        guard !segment.isEmpty else { return nil }
        return segment.contains(UInt8(ascii: "%")) ? Self.percentDecoded(segment) : String(Substring(segment))
    }

    /// The text that a percent-encoded one stands for; nil for a malformed escape or when it is no UTF-8.
    static func percentDecoded(_ text: Substring) -> String? { percentDecoded(text.utf8) }

    /// RFC 3986 §2.1
    private static func percentDecoded(_ text: Substring.UTF8View) -> String? {
        var bytes = [UInt8]()
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
