import Testing

@testable import Serving

struct StatisticsTests {
    @Test func aHistogramCountsUpToEachBound() {
        var histogram = LatencyHistogram()
        #expect(histogram.cumulative.allSatisfy { $0 == 0 })
        for value: UInt64 in [0, 10_000, 10_001, 25_000, 60_000_000_000] { histogram.add(value) }
        #expect(histogram.cumulative.prefix(3) == [2, 4, 4])
        #expect(histogram.cumulative.last == 4)
        #expect(histogram.count == 5)
        #expect(histogram.nanoseconds == 60_000_045_001)
    }

    @Test func quantilesAreEstimatedInsideTheirBucket() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<10 { histogram.add(40_000) }
        #expect(histogram.quantile(0.5) == 37_500)
        #expect(histogram.quantile(1) == 50_000)
        histogram.add(60_000_000_000)
        #expect(histogram.quantile(1) == 10_000_000_000)
        #expect((histogram.quantile(0) ?? -1) >= 0)
    }

    @Test func boundsAscend() {
        #expect(zip(LatencyHistogram.bounds, LatencyHistogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(zip(BatchSizes.bounds, BatchSizes.bounds.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func runsAreCountedByTheirRows() {
        var sizes = BatchSizes()
        #expect(sizes.used.isEmpty)
        #expect(sizes.cumulative.allSatisfy { $0 == 0 })
        for rows in [1, 1, 3, 4, 5, 65_536] { sizes.add(rows: rows, nanoseconds: 10) }
        #expect(sizes.used.map(\.rows) == [1, 3, 4, 5, 65_536])
        #expect(sizes.used.map(\.entry.runs) == [2, 1, 1, 1, 1])
        #expect(sizes.used.first?.entry.nanoseconds == 20)
        #expect(sizes.cumulative.prefix(4) == [2, 2, 4, 5])
        #expect(sizes.cumulative.last == 6)
        #expect(sizes.runs == 6 && sizes.rows == 65_550)
    }

    @Test func aRequestLargerThanABatchIsSeveralRuns() {
        var record = RunRecord()
        #expect(record.executions == 0)
        for rows in [8, 8, 3] { record.add(rows: rows, nanoseconds: 100, threads: 1, end: 7) }
        var statistics = ServingStatistics()
        statistics.count(record)
        #expect(statistics.executions == 3 && statistics.executedRows == 19 && statistics.largestExecution == 8)
        #expect(statistics.batches.used.map(\.rows) == [3, 8])
        #expect(statistics.computeNanoseconds == 300 && statistics.lastRun == 7)
    }
}
