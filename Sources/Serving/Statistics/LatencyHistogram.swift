/// How long something took, counted by size. A value costs a short search and two additions; memory is taken with the
/// first one.
package struct LatencyHistogram: Sendable, Equatable {
    /// The upper bounds of all buckets but the last, which has none. Nanoseconds; 10 µs to 10 s.
    package static let bounds: [UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
        50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
        10_000_000_000,
    ]

    private var buckets: [Int] = []
    /// All values.
    package private(set) var count = 0
    /// Their sum. Nanoseconds.
    package private(set) var nanoseconds: UInt64 = 0

    package init() {}

    package mutating func add(_ value: UInt64) {
        if buckets.isEmpty { buckets = [Int](repeating: 0, count: Self.bounds.count + 1) }
        var index = 0
        while index < Self.bounds.count, value > Self.bounds[index] { index += 1 }
        buckets[index] += 1
        count += 1
        nanoseconds &+= value
    }

    /// The value that so much of all values do not exceed, estimated inside its bucket.
    /// - Parameter share: 0 to 1.
    /// - Returns: The value; nil without values.
    package func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = share * Double(count)
        var below = 0
        for (index, bucket) in buckets.enumerated() where bucket > 0 {
            if Double(below + bucket) >= rank {
                let lower = index == 0 ? 0 : Double(Self.bounds[index - 1])
                guard index < Self.bounds.count else { return lower }
                return lower + (Double(Self.bounds[index]) - lower) * max(rank - Double(below), 0) / Double(bucket)
            }
            below += bucket
        }
        return nil
    }

    /// Values up to each of `bounds`.
    package var cumulative: [Int] {
        var sum = 0
        return Self.bounds.indices.map { index in
            sum += buckets.isEmpty ? 0 : buckets[index]
            return sum
        }
    }
}
