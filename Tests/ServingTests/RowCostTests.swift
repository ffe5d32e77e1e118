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
        cost.observe(run(rows: 1, nanoseconds: 800))
        #expect(cost == RowCost(alone: 1400))
        cost.observe(run(rows: 2, nanoseconds: 1 << 60))
        #expect(cost == RowCost(alone: 1400 + 4200.0 / 64))
    }

    @Test func runsThatLoseTheirProcessorHardlyCount() throws {
        var cost = RowCost(alone: 25_000)
        for index in 0..<10_000 { cost.observe(run(rows: 1, nanoseconds: index % 2 == 0 ? 25_000 : 400_000)) }
        #expect(try #require(cost.alone) < 32_000)
        for _ in 0..<500 { cost.observe(run(rows: 1, nanoseconds: 50_000)) }
        #expect(try #require(cost.alone) > 49_000, "a cost that has really changed is learnt")
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

    @Test(arguments: [
        // 1 ms of 10 us rows; weights that take as long as nine rows; one row that takes longer than 1 ms.
        (RowCost(alone: 10_000, batched: 10_000), 1, 100), (RowCost(alone: 10_000, batched: 10_000), 4, 400),
        (RowCost(alone: 100_000, batched: 10_000), 2, 360), (RowCost(alone: 2e6, batched: 2e6), 2, 2),
        (RowCost(alone: 8_000, batched: 10_000), 1, 100), (RowCost(alone: 10_000), 2, nil), (RowCost(), 2, nil),
        (RowCost(alone: 1e9, batched: 1), 1, nil),
    ])
    func batchesAreAsLargeAsTheyGain(cost: RowCost, threads: Int, rows: Int?) {
        #expect(cost.worthwhileRows(threads: threads) == rows)
    }
}
