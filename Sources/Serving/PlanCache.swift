/// The plans of the bindings used lately, each with what a row costs.
struct PlanCache {
    private struct Entry {
        var plan: any BatchPlan
        /// Nanoseconds of one row on one thread; nil until a run was measured.
        var rowNanoseconds: Double?
        var lastUse: UInt64
    }

    /// Most bindings kept; the least recently used one is dropped first. A client may send any length, and each plan
    /// holds memory.
    private let capacity: Int
    private var entries: [[String: Int]: Entry] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    /// The plan of a binding and the cost of a row, and notes the use.
    mutating func find(_ bindings: [String: Int]) -> (plan: any BatchPlan, rowNanoseconds: Double?)? {
        guard let entry = entries[bindings] else { return nil }
        uses += 1
        entries[bindings]?.lastUse = uses
        return (entry.plan, entry.rowNanoseconds)
    }

    mutating func insert(_ plan: any BatchPlan, for bindings: [String: Int], rowNanoseconds: Double? = nil) {
        uses += 1
        entries[bindings] = Entry(plan: plan, rowNanoseconds: rowNanoseconds, lastUse: uses)
        guard entries.count > capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        else { return }
        entries[oldest] = nil
    }

    /// Moves the cost of a row towards a new measurement. One measurement counts a sixteenth and at most four times
    /// the old cost, so that a run that lost its core for a while changes little.
    mutating func observe(_ bindings: [String: Int], rowNanoseconds sample: Double) {
        guard let entry = entries[bindings] else { return }
        guard let old = entry.rowNanoseconds else {
            entries[bindings]?.rowNanoseconds = sample
            return
        }
        entries[bindings]?.rowNanoseconds = old + (min(sample, 4 * old) - old) / 16
    }
}
