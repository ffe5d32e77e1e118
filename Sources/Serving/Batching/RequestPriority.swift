/// Which of the waiting requests of a model are computed first. A lower priority is never forgotten: every eighth batch
/// begins with the oldest request of all.
package enum RequestPriority: Int, Sendable, Comparable, CaseIterable {
    case high = 1
    case normal = 2
    case low = 3

    /// The priority in words.
    package init?(word: some StringProtocol) {
        switch word.lowercased() {
        case "high": self = .high
        case "normal": self = .normal
        case "low": self = .low
        default: return nil
        }
    }

    /// The priority as Triton's clients give it: 1 is the highest, 0 stands for the usual one, and there are no lower
    /// ones than 3.
    /// - Parameter level: Negative levels do not exist.
    package init?(level: Int) {
        guard level >= 0 else { return nil }
        self = level == 0 ? .normal : RequestPriority(rawValue: level) ?? .low
    }

    /// The level as digits, without a sign.
    package init?(digits: String) {
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let level = Int(digits)
        else { return nil }
        self.init(level: level)
    }

    package static func < (one: RequestPriority, other: RequestPriority) -> Bool { one.rawValue < other.rawValue }
}
