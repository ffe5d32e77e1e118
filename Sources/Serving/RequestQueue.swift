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

/// Waiting requests, first come first served; batches are taken of requests with equal free sizes.
///
/// A batch always starts with the oldest request of all, so that no binding starves.
struct RequestQueue {
    /// Requests of one binding in the order of their numbers; those before `head` have left.
    private struct Line {
        var entries: [(number: UInt64, request: PendingRequest)?] = []
        var head = 0

        var first: (number: UInt64, request: PendingRequest)? { head < entries.count ? entries[head] : nil }

        mutating func removeFirst() {
            entries[head] = nil
            head += 1
            // Moving the rest is paid for by the entries that left since the last time.
            if head >= 32, head * 2 >= entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }
    }

    private var lines: [[String: Int]: Line] = [:]
    private var nextNumber: UInt64 = 0
    /// Requests in all lines.
    private(set) var count = 0
    /// Their rows.
    private(set) var rows = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ request: PendingRequest) {
        lines[request.request.bindings, default: Line()].entries.append((nextNumber, request))
        nextNumber += 1
        count += 1
        rows += request.request.rows
    }

    /// Takes the oldest request and those with equal free sizes behind it that fit into `maxRows` together; one that
    /// is larger comes alone. Empty when nobody waits.
    mutating func takeBatch(maxRows: Int) -> [PendingRequest] {
        guard let bindings = oldestBindings, var line = lines.removeValue(forKey: bindings) else { return [] }
        var batch: [PendingRequest] = []
        var batchRows = 0
        while let next = line.first?.request, batch.isEmpty || batchRows + next.request.rows <= maxRows {
            batch.append(next)
            batchRows += next.request.rows
            line.removeFirst()
        }
        if line.first != nil { lines[bindings] = line }
        count -= batch.count
        rows -= batchRows
        return batch
    }

    private var oldestBindings: [String: Int]? {
        if lines.count <= 1 { return lines.keys.first }
        return lines.min { ($0.value.first?.number ?? .max) < ($1.value.first?.number ?? .max) }?.key
    }
}
