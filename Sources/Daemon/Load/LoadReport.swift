import JSON

/// What came of a load.
package struct LoadReport: Sendable {
    /// The answers of one status.
    struct Group: Sendable {
        /// Nanoseconds from the time at which each request was to leave, in hundreds.
        var latencies: [UInt32] = []
        var withRetryAfter = 0
    }

    /// Requests that left.
    package internal(set) var sent = 0
    /// Requests that were due when no connection was free until the end.
    package internal(set) var unsent = 0
    /// Requests that left more than a millisecond late, because no connection was free.
    package internal(set) var late = 0
    /// Requests without an answer: a connection that ended, or bytes that are no answer.
    package internal(set) var broken = 0
    /// Requests whose answer nobody waited for any more.
    package internal(set) var unanswered = 0
    /// From the start to the last answer.
    package internal(set) var seconds = 0.0
    private var groups: [Int: Group] = [:]

    /// Hundreds of nanoseconds that are counted at the most: 429 s.
    private static let unit: UInt64 = 100

    init() {}

    mutating func add(_ answer: AnswerReader.Answer, nanoseconds: UInt64) {
        groups[answer.status, default: Group()].latencies.append(UInt32(clamping: nanoseconds / Self.unit))
        if answer.hasRetryAfter { groups[answer.status, default: Group()].withRetryAfter += 1 }
    }

    /// Nothing more is added: sorts what there is.
    mutating func close(seconds: Double) {
        self.seconds = seconds
        for status in groups.keys { groups[status]?.latencies.sort() }
    }

    /// Answers by status.
    package var statuses: [Int: Int] { groups.mapValues(\.latencies.count) }

    /// Answers with a status in the 200s.
    package var ok: Int { groups.reduce(0) { $0 + ((200..<300).contains($1.key) ? $1.value.latencies.count : 0) } }

    /// Good answers a second.
    package var throughput: Double { seconds > 0 ? Double(ok) / seconds : 0 }

    /// The latency that so much of the answers of a status do not exceed (nearest rank); microseconds, nil without any.
    package func latency(_ share: Double, status: Int = 200) -> Double? {
        guard let sorted = groups[status]?.latencies, !sorted.isEmpty else { return nil }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return Double(sorted[min(max(rank, 1), sorted.count) - 1]) * Double(Self.unit) / 1000
    }

    // MARK: Output

    private static let shares: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
    ]

    /// For people.
    package var text: String {
        var lines = [
            "sent \(sent), ok \(ok), broken \(broken), unanswered \(unanswered), unsent \(unsent), late \(late)",
            "\(Int(throughput.rounded())) ok/s over \(Self.rounded(seconds)) s",
        ]
        for (status, group) in groups.sorted(by: { $0.key < $1.key }) {
            let latencies = Self.shares.map { "\($0.name) \(Self.rounded(latency($0.share, status: status) ?? 0))" }
            let retries = group.withRetryAfter > 0 ? ", \(group.withRetryAfter) with Retry-After" : ""
            lines.append("\(status): \(group.latencies.count)\(retries); us: " + latencies.joined(separator: ", "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        let document: JSONValue = [
            "sent": .integer(sent), "ok": .integer(ok), "broken": .integer(broken),
            "unanswered": .integer(unanswered), "unsent": .integer(unsent), "late": .integer(late),
            "seconds": .number(Self.rounded(seconds)), "ok_per_second": .number(Self.rounded(throughput)),
            "statuses": .object(
                groups.sorted { $0.key < $1.key }.map { status, group in
                    let latencies = Self.shares.map { entry in
                        JSONMember(
                            entry.name + "_us", .number(Self.rounded(latency(entry.share, status: status) ?? 0)))
                    }
                    return JSONMember(
                        String(status),
                        .object(
                            [
                                JSONMember("count", .integer(group.latencies.count)),
                                JSONMember("with_retry_after", .integer(group.withRetryAfter)),
                            ] + latencies))
                }),
        ]
        return document.bytes
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
