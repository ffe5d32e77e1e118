/// Requests of one priority and one binding in the order of their numbers.
struct RequestLine {
    /// Those before `head` have left.
    private var entries: [(number: UInt64, request: PendingRequest)?] = []
    private var head = 0
    /// Rows of all of them.
    private(set) var rows = 0

    var isEmpty: Bool { head == entries.count }
    var count: Int { entries.count - head }
    var first: (number: UInt64, request: PendingRequest)? { head < entries.count ? entries[head] : nil }
    var last: (number: UInt64, request: PendingRequest)? { isEmpty ? nil : entries[entries.count - 1] }

    mutating func append(_ request: PendingRequest, number: UInt64) {
        entries.append((number, request))
        rows += request.request.rows
    }

    /// There must be one.
    mutating func removeFirst() {
        rows -= entries[head]?.request.request.rows ?? 0
        entries[head] = nil
        head += 1
        // Moving the rest is paid for by the entries that left since the last time.
        if head >= 32, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
    }

    /// nil when there is none.
    mutating func removeLast() -> PendingRequest? {
        guard !isEmpty, let request = entries.removeLast()?.request else { return nil }
        rows -= request.request.rows
        return request
    }
}
