@testable import Serving
import Testing

struct PlanCacheTests {
    private func plan(_ time: Int) throws -> any BatchPlan { try FakeModel().plan(bindings: ["time": time]) }

    @Test func dropsTheLeastRecentlyUsed() throws {
        var cache = PlanCache(capacity: 2)
        cache.insert(try plan(1), for: ["time": 1])
        cache.insert(try plan(2), for: ["time": 2])
        #expect(cache.find(["time": 1]) != nil)
        cache.insert(try plan(3), for: ["time": 3])
        #expect(cache.count == 2)
        #expect(cache.find(["time": 2]) == nil)
        #expect(cache.find(["time": 1])?.plan.inputSizes == [2])
    }

    @Test func firstMeasurementCountsWholeAndLaterOnesALittle() throws {
        var cache = PlanCache(capacity: 2)
        cache.insert(try plan(1), for: [:])
        #expect(cache.find([:])?.rowNanoseconds == nil)
        cache.observe([:], rowNanoseconds: 1600)
        #expect(cache.find([:])?.rowNanoseconds == 1600)
        cache.observe([:], rowNanoseconds: 0)
        #expect(cache.find([:])?.rowNanoseconds == 1500)
        cache.observe([:], rowNanoseconds: 1e12)
        #expect(cache.find([:])?.rowNanoseconds == 1500 + 4500.0 / 16)
    }
}
