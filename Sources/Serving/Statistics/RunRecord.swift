/// What running one batch took; a request larger than a batch takes several executions.
struct RunRecord {
    /// One execution.
    typealias Run = (rows: Int, nanoseconds: UInt64)

    /// The first execution, and those that followed: nearly always none, which costs no memory.
    private(set) var first: Run?
    private(set) var others: [Run] = []
    private(set) var rows = 0
    private(set) var largestRows = 0
    private(set) var nanoseconds: UInt64 = 0
    /// When the last one ended, on the batcher's clock.
    private(set) var end: UInt64 = 0
    var isInline = false
    /// Most threads that took part in a run.
    private(set) var threads = 1

    init(isInline: Bool = false) { self.isInline = isInline }

    var executions: Int { first == nil ? 0 : 1 + others.count }

    mutating func add(rows: Int, nanoseconds: UInt64, threads: Int, end: UInt64 = 0) {
        if first == nil { first = (rows, nanoseconds) } else { others.append((rows, nanoseconds)) }
        self.rows += rows
        largestRows = max(largestRows, rows)
        self.nanoseconds &+= nanoseconds
        self.threads = max(self.threads, threads)
        self.end = end
    }

    /// Nanoseconds of one row on one thread; an upper bound when several took part.
    var rowNanoseconds: Double { Double(nanoseconds) * Double(min(threads, largestRows)) / Double(max(rows, 1)) }
}
