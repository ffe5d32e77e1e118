/// A request that waits, with everything needed to answer it.
///
/// An object, because it is handed on many times, and a copy of its parts would cost a reference count for each.
final class PendingRequest: Sendable {
    let request: InferenceRequest
    let completion: DynamicBatcher.Completion
    /// When it was submitted, on the batcher's clock.
    let submitted: UInt64

    init(request: InferenceRequest, completion: @escaping DynamicBatcher.Completion, submitted: UInt64) {
        self.request = request
        self.completion = completion
        self.submitted = submitted
    }
}

/// Waiting requests: the highest priority first, and within it first come, first served; batches are taken of requests
/// with equal free sizes.
///
/// A batch starts with the oldest request of the highest priority, so that no binding starves, and every eighth with the
/// oldest of all, so that no priority does. What fits is filled up with lower priorities.
struct RequestQueue {
    private struct Key: Hashable {
        let priority: RequestPriority
        let bindings: [String: Int]
    }

    /// Every so many batches, priorities do not count.
    private static let fairness = 8

    private var lines: [Key: RequestLine] = [:]
    private var nextNumber: UInt64 = 0
    private var batches = 0
    /// Requests in all lines.
    private(set) var count = 0
    /// Their rows.
    private(set) var rows = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ pending: PendingRequest) {
        let key = Key(priority: pending.request.priority, bindings: pending.request.bindings)
        lines[key, default: RequestLine()].append(pending, number: nextNumber)
        nextNumber += 1
        count += 1
        rows += pending.request.rows
    }

    /// Takes the request whose turn it is and those with equal free sizes behind it that fit into the rows of a batch
    /// together; one that is larger comes alone.
    /// - Parameter limit: The rows of a batch.
    /// - Returns: The batch; empty when nobody waits.
    mutating func takeBatch(maxRows limit: Int) -> [PendingRequest] {
        guard let first = nextKey else { return [] }
        batches += 1
        var batch: [PendingRequest] = []
        var batchRows = 0
        take(first, into: &batch, &batchRows, limit)
        if !lines.isEmpty {
            for priority in RequestPriority.allCases where priority != first.priority && batchRows < limit {
                take(Key(priority: priority, bindings: first.bindings), into: &batch, &batchRows, limit)
            }
        }
        count -= batch.count
        rows -= batchRows
        return batch
    }

    private mutating func take(
        _ key: Key, into batch: inout [PendingRequest], _ batchRows: inout Int, _ limit: Int
    ) {
        guard var line = lines.removeValue(forKey: key) else { return }
        while let next = line.first?.request, batch.isEmpty || batchRows + next.request.rows <= limit {
            batch.append(next)
            batchRows += next.request.rows
            line.removeFirst()
        }
        if !line.isEmpty { lines[key] = line }
    }

    /// What waits, by free sizes; those first that came first.
    var waiting: [BatchingReport.Waiting] {
        var waiting: [BatchingReport.Waiting] = []
        for (key, line) in lines.sorted(by: { ($0.value.first?.number ?? 0) < ($1.value.first?.number ?? 0) }) {
            let index = waiting.firstIndex { $0.bindings == key.bindings } ?? waiting.endIndex
            if index == waiting.endIndex { waiting.append(.init(bindings: key.bindings, requests: 0, rows: 0)) }
            waiting[index].requests += line.count
            waiting[index].rows += line.rows
        }
        return waiting
    }

    /// The free sizes of the next batch; nil when nobody waits.
    var nextBindings: [String: Int]? { nextKey?.bindings }

    private var nextKey: Key? {
        if lines.count <= 1 { return lines.keys.first }
        let byAgeAlone = batches % Self.fairness == Self.fairness - 1
        return lines.min { one, other in
            if !byAgeAlone, one.key.priority != other.key.priority { return one.key.priority < other.key.priority }
            return (one.value.first?.number ?? .max) < (other.value.first?.number ?? .max)
        }?.key
    }

    /// Makes room by taking out the requests of lower priorities that came last, lowest first, if that is enough.
    /// - Parameters:
    ///   - needed: Rows of room.
    ///   - priority: Only what is lower goes.
    /// - Returns: Those taken out; nil, and nothing changes, when there is not so much to take.
    mutating func displace(rows needed: Int, below priority: RequestPriority) -> [PendingRequest]? {
        let lower = lines.filter { $0.key.priority > priority }
        guard lower.values.reduce(0, { $0 + $1.rows }) >= needed else { return nil }
        var displaced: [PendingRequest] = []
        var freed = 0
        while freed < needed {
            let last = lines.filter { $0.key.priority > priority }.max { one, other in
                (one.key.priority, one.value.last?.number ?? 0) < (other.key.priority, other.value.last?.number ?? 0)
            }?.key
            guard let last, let request = lines[last]?.removeLast() else { break }
            if lines[last]?.isEmpty == true { lines[last] = nil }
            displaced.append(request)
            freed += request.request.rows
        }
        count -= displaced.count
        rows -= freed
        return displaced
    }
}
