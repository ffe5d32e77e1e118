/// How often each text comes.
struct TextCounts: Sendable {
    /// Most different texts that are counted; later new ones are not.
    static let maximumCount = 1 << 20
    /// Bytes of these: 64 MiB.
    static let maximumByteCount = 64 << 20

    private var byteCount = 0
    private(set) var counts: [String: Int] = [:]

    mutating func add(_ text: String) {
        if let count = counts[text] {
            counts[text] = count + 1
        } else if counts.count < Self.maximumCount, byteCount < Self.maximumByteCount {
            counts[text] = 1
            byteCount += text.utf8.count
        }
    }

    /// The most frequent ones, by falling count, then in alphabetic order.
    func mostFrequent(_ limit: Int) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit).map(\.key)
    }
}
