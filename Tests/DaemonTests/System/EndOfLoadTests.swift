import Testing

@testable import Daemon

struct EndOfLoadTests {
    /// What each step of work says, step by step.
    private func ends(_ steps: [Int]) -> [Bool] {
        var load = EndOfLoad()
        var total = 0
        return steps.map { step in
            total += step
            return load.hasCome(total: total)
        }
    }

    @Test func aLoadEndsOnce() {
        #expect(ends([0, 5000, 6000, 0, 0, 0]) == [false, false, false, true, false, false])
    }

    @Test func probesAreNoLoad() {
        #expect(ends([1, 3, 99, 0, 50, 5, 0]) == [Bool](repeating: false, count: 7))
        #expect(ends([5000, 1, 1, 0, 1]) == [false, true, false, false, false])
    }

    @Test func aLoadThatGoesOnDoesNotEnd() {
        #expect(ends([5000, 4000, 600, 5000, 501]) == [Bool](repeating: false, count: 5))
    }

    @Test func aLoadThatFallsBehindALighterOneEndsTwice() {
        #expect(ends([50_000, 5000, 5000, 400, 300, 0]) == [false, true, false, true, false, true])
    }
}
