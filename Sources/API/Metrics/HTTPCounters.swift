import HTTP
import Synchronization

/// Answers by resource and class of status. One part for each of a few event loops, so that they do not meet.
final class HTTPCounters: Sendable {
    private static let classes = 5

    private final class Part: Sendable {
        let counts = Mutex([Int](repeating: 0, count: RouteGroup.allCases.count * HTTPCounters.classes))
    }

    private let parts = (0..<16).map { _ in Part() }

    /// Counts an answer. On any thread.
    func count(_ status: HTTPStatus, _ group: RouteGroup, threadIndex: Int) {
        let index = Int(group.code) * Self.classes + status.code / 100 - 1
        parts[threadIndex & 15].counts.withLock { $0[index] += 1 }
    }

    /// What was counted: every group and class that occurred.
    var totals: [(group: RouteGroup, statusClass: String, count: Int)] {
        var sums = [Int](repeating: 0, count: RouteGroup.allCases.count * Self.classes)
        for part in parts {
            let counts = part.counts.withLock { $0 }
            for (index, count) in counts.enumerated() { sums[index] += count }
        }
        return RouteGroup.allCases.flatMap { group in
            (0..<Self.classes).compactMap { number in
                let count = sums[Int(group.code) * Self.classes + number]
                return count == 0 ? nil : (group, "\(number + 1)xx", count)
            }
        }
    }
}
