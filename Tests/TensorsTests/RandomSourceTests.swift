import Tensors
import Testing

struct RandomSourceTests {
    @Test func goesOnFromASavedState() {
        var random = RandomSource(seed: 5)
        _ = (random.next(), random.normal(), random.uniform())
        var resumed = RandomSource(seed: random.state)
        for _ in 0..<10 { #expect(random.normal() == resumed.normal()) }
        #expect(random.state == resumed.state)
    }

    @Test func normalNumbersAreNormal() {
        var random = RandomSource(seed: 6)
        let values = (0..<100_000).map { _ in random.normal() }
        let mean = values.reduce(0, +) / 100_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
        let fourth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / 100_000
        #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02 && abs(fourth - 3) < 0.15)
        #expect(values.allSatisfy { $0.isFinite })
    }

    @Test func unitsLieBelowOne() {
        var random = RandomSource(seed: 7)
        let values = (0..<10_000).map { _ in random.unit() }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(Set(values).count == 10_000)
    }
}
