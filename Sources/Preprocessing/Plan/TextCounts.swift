/// How often each text comes.
struct TextCounts: Sendable {
    /// Most different texts that are counted; later new ones are not.
    static let maximumCount = 1 << 20

    private(set) var counts: [String: Int] = [:]

    mutating func add(_ text: String) {
        if counts.count < Self.maximumCount || counts[text] != nil { counts[text, default: 0] += 1 }
    }

    /// The most frequent ones, by falling count, then in alphabetic order.
    func mostFrequent(_ limit: Int) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit).map(\.key)
    }
}
