/// The plans of the bindings used lately, each with what a row costs.
struct PlanCache {
    /// A plan and its measurements.
    struct Entry {
        let plan: any BatchPlan
        /// What a row costs.
        var cost = RowCost()
        fileprivate var lastUse: UInt64 = 0
    }

    /// Most bindings kept; the least recently used one is dropped first. A client may send any length, and each plan
    /// holds memory.
    private let capacity: Int
    private var entries: [[String: Int]: Entry] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { entries.count }

    /// Bytes of the scratch memory of all plans.
    var workspaceByteCount: Int { entries.values.reduce(0) { $0 + $1.plan.workspaceByteCount } }

    /// What is known of the cost of rows, by binding.
    var costs: [(bindings: [String: Int], cost: RowCost)] {
        entries.map { (bindings: $0.key, cost: $0.value.cost) }
            .sorted {
                $0.bindings.sorted { $0.key < $1.key }.description < $1.bindings.sorted { $0.key < $1.key }.description
            }
    }

    /// The plan of a binding.
    func peek(_ bindings: [String: Int]) -> Entry? { entries[bindings] }

    /// The plan of a binding, and notes the use.
    mutating func find(_ bindings: [String: Int]) -> Entry? {
        guard let entry = entries[bindings] else { return nil }
        uses += 1
        entries[bindings]?.lastUse = uses
        return entry
    }

    mutating func insert(_ plan: any BatchPlan, for bindings: [String: Int], cost: RowCost = RowCost()) {
        uses += 1
        entries[bindings] = Entry(plan: plan, cost: cost, lastUse: uses)
        guard entries.count > capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        else { return }
        entries[oldest] = nil
    }

    /// Takes a run of that binding into account.
    mutating func observe(_ bindings: [String: Int], _ run: RunRecord) { entries[bindings]?.cost.observe(run) }
}
