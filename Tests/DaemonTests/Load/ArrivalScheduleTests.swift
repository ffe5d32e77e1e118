import Testing

@testable import Daemon

/// When the requests of a load leave.
struct ArrivalScheduleTests {
    private func times(_ arrivals: LoadPlan.Arrivals, seed: UInt64 = 1, count: Int = 20_000) -> [UInt64] {
        var schedule = ArrivalSchedule(rate: 1000, arrivals: arrivals, seed: seed)
        return (0..<count).map { _ in schedule.next() }
    }

    @Test func fixedArrivalsHaveEqualDistances() {
        #expect(times(.fixed, count: 3) == [1_000_000, 2_000_000, 3_000_000])
    }

    @Test func randomArrivalsAreThoseOfAPoissonProcess() {
        let times = times(.poisson)
        #expect(times == self.times(.poisson))
        #expect(times != self.times(.poisson, seed: 2))
        let gaps = zip(times.dropFirst(), times).map { Double($0 - $1) }
        #expect(gaps.allSatisfy { $0 >= 0 })
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        // Exponential: the deviation is the mean, and 1/e of the gaps are longer than it.
        #expect(abs(mean / 1e6 - 1) < 0.03)
        #expect(abs(variance.squareRoot() / mean - 1) < 0.05)
        #expect(abs(Double(gaps.count { $0 > 1e6 }) / Double(gaps.count) - 0.3679) < 0.02)
    }
}
