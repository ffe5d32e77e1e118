@testable import Serving
import Testing

struct RowCostTests {
    private func run(rows: Int, nanoseconds: UInt64, threads: Int = 1) -> RunRecord {
        var record = RunRecord()
        record.add(rows: rows, nanoseconds: nanoseconds, threads: threads)
        return record
    }

    @Test func firstMeasurementCountsWholeAndLaterOnesALittle() {
        var cost = RowCost()
        cost.observe(run(rows: 1, nanoseconds: 1600))
        #expect(cost == RowCost(alone: 1600))
        cost.observe(run(rows: 1, nanoseconds: 0))
        #expect(cost == RowCost(alone: 1500))
        cost.observe(run(rows: 2, nanoseconds: 1 << 60))
        #expect(cost == RowCost(alone: 1500 + 4500.0 / 16))
    }

    @Test func batchesAreMeasuredApart() {
        var cost = RowCost()
        cost.observe(run(rows: 8, nanoseconds: 800))
        #expect(cost == RowCost(alone: 100, batched: 100))
        cost.observe(run(rows: 5, nanoseconds: 1))
        #expect(cost == RowCost(alone: 100, batched: 100))
        cost.observe(run(rows: 16, nanoseconds: 800, threads: 2))
        #expect(cost == RowCost(alone: 100, batched: 100))
    }

    @Test func batchingGainsWhenARowIsMuchCheaper() {
        #expect(RowCost(alone: 16, batched: 10).gainsByBatching)
        #expect(!RowCost(alone: 15, batched: 10).gainsByBatching)
        #expect(!RowCost(alone: 15).gainsByBatching)
    }
}
