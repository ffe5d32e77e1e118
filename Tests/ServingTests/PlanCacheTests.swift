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
}
