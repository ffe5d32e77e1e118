/// The runs of the engine by their rows. Grows to the largest run seen.
package struct BatchSizes: Sendable, Equatable {
    /// The runs of one size.
    package struct Entry: Sendable, Equatable {
        package var runs = 0
        /// What they took together.
        package var nanoseconds: UInt64 = 0
    }

    /// By rows.
    private var entries: [Entry] = []
    /// All runs, and their rows.
    package private(set) var runs = 0
    package private(set) var rows = 0

    package init() {}

    mutating func add(rows: Int, nanoseconds: UInt64) {
        if rows >= entries.count {
            let size = max(rows + 1, min(2 * entries.count, 1024))
            entries += repeatElement(Entry(), count: size - entries.count)
        }
        entries[rows].runs += 1
        entries[rows].nanoseconds &+= nanoseconds
        runs += 1
        self.rows += rows
    }

    /// The sizes that ran, smallest first.
    package var used: [(rows: Int, entry: Entry)] {
        entries.enumerated().filter { $0.element.runs > 0 }.map { (rows: $0.offset, entry: $0.element) }
    }

    /// Upper bounds for people and dashboards: powers of two.
    package static let bounds = (0...16).map { 1 << $0 }

    /// Runs of up to so many rows, for each of `bounds`.
    package var cumulative: [Int] {
        var sum = 0
        var next = 0
        return Self.bounds.map { bound in
            while next < entries.count, next <= bound {
                sum += entries[next].runs
                next += 1
            }
            return sum
        }
    }
}
