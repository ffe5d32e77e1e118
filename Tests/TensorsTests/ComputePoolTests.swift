import Dispatch
import Glibc
import Synchronization
import Testing

import Tensors

/// Every index exactly once, whoever calls and whatever state the workers are in.
struct ComputePoolTests {
    /// One counter an index. Atomics, because the thread sanitizer sees them; it does not see into `Mutex`.
    struct Tally: Sendable {
        private final class Counter: Sendable {
            let count = Atomic(0)
        }

        private let counters: [Counter]

        init(_ count: Int) { counters = (0..<count).map { _ in Counter() } }

        func count(_ index: Int) { counters[index].count.add(1, ordering: .relaxed) }
        var isOneEach: Bool { counters.allSatisfy { $0.count.load(ordering: .relaxed) == 1 } }
    }

    /// The calling thread's name as Linux shows it, with a line feed.
    private func threadName() -> String {
        let descriptor = open("/proc/thread-self/comm", O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &bytes, 32)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test(arguments: [1, 2, 3, 4], [Duration.zero, .microseconds(30)])
    func everyIndexRunsExactlyOnce(threads: Int, spin: Duration) {
        let pool = ComputePool(threads: threads, spin: spin)
        #expect(pool.threads == threads)
        for _ in 0..<20 {
            for count in 0...100 {
                let tally = Tally(count)
                pool.run(count) { tally.count($0) }
                #expect(tally.isOneEach)
                let again = Tally(count)
                pool.run(count, stored: again.count)
                #expect(again.isOneEach)
            }
        }
    }

    @Test func whatBodiesWroteIsVisibleAfterTheRun() {
        let pool = ComputePool(threads: 3)
        for round in 0..<5000 {
            var sums = [Int](repeating: 0, count: 7)
            sums.withUnsafeMutableBufferPointer { buffer in
                nonisolated(unsafe) let sums = buffer
                pool.run(7) { sums[$0] = $0 * round }
            }
            #expect(sums == (0..<7).map { $0 * round })
        }
    }

    @Test(arguments: [Duration.zero, .microseconds(30)])
    func fourCallersAtOnceAllFinish(spin: Duration) {
        let pool = ComputePool(threads: 3, spin: spin)
        let correct = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for round in 0..<1000 {
                let sum = Atomic(0)
                pool.run(round % 40) { sum.add($0, ordering: .relaxed) }
                let count = round % 40
                if sum.load(ordering: .relaxed) == count * (count - 1) / 2 { correct.add(1, ordering: .relaxed) }
            }
        }
        let result = correct.load(ordering: .relaxed)
        #expect(result == 4000)
    }

    @Test func aRunInsideABodyRunsInline() {
        let pool = ComputePool(threads: 3)
        for _ in 0..<200 {
            let tally = Tally(60)
            pool.run(6) { outer in
                let thread = pthread_self()
                pool.run(10) { inner in
                    #expect(pthread_equal(pthread_self(), thread) != 0)
                    tally.count(outer * 10 + inner)
                }
            }
            #expect(tally.isOneEach)
        }
    }

    @Test func workersWakeAfterParking() {
        let pool = ComputePool(threads: 3, spin: .microseconds(5))
        for _ in 0..<50 {
            usleep(500)
            let tally = Tally(20)
            pool.run(20) { tally.count($0) }
            #expect(tally.isOneEach)
        }
    }

    /// The bodies wait for one another, so they can only finish on as many threads at once.
    @Test(arguments: [Duration.zero, .microseconds(30)])
    func allThreadsTakePart(spin: Duration) {
        let pool = ComputePool(threads: 4, spin: spin)
        for _ in 0..<20 {
            let arrived = Atomic(0)
            pool.run(4) { _ in
                arrived.add(1, ordering: .acquiringAndReleasing)
                while arrived.load(ordering: .acquiring) < 4 { sched_yield() }
            }
            let result = arrived.load(ordering: .relaxed)
            #expect(result == 4)
        }
    }

    /// A slow worker outlasts the owner's spinning.
    @Test func theOwnerWaitsForASlowWorker() {
        let pool = ComputePool(threads: 2, spin: .microseconds(1))
        let caller = pthread_self()
        for _ in 0..<20 {
            let arrived = Atomic(0)
            let slept = Atomic(false)
            pool.run(2) { _ in
                arrived.add(1, ordering: .acquiringAndReleasing)
                while arrived.load(ordering: .acquiring) < 2 { sched_yield() }
                guard pthread_equal(pthread_self(), caller) == 0 else { return }
                usleep(2000)
                slept.store(true, ordering: .relaxed)
            }
            let result = slept.load(ordering: .relaxed)
            #expect(result)
        }
    }

    @Test func workersAreNamedAndTakeNoSignals() {
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &before)
        let pool = ComputePool(threads: 2)
        let caller = pthread_self()
        let arrived = Atomic(0)
        let isAsExpected = Atomic(false)
        pool.run(2) { _ in
            arrived.add(1, ordering: .acquiringAndReleasing)
            while arrived.load(ordering: .acquiring) < 2 { sched_yield() }
            guard pthread_equal(pthread_self(), caller) == 0 else { return }
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            let blocked = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD].allSatisfy { sigismember(&mask, $0) == 1 }
            isAsExpected.store(blocked && threadName() == "apus-compute\n", ordering: .relaxed)
        }
        let result = isAsExpected.load(ordering: .relaxed)
        #expect(result)
        var after = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &after)
        #expect((1..<32).allSatisfy { sigismember(&before, $0) == sigismember(&after, $0) })
    }

    @Test func afterShutdownTheCallerComputesAlone() {
        let pool = ComputePool(threads: 3)
        pool.run(10) { _ in }
        pool.shutdown()
        pool.shutdown()
        let tally = Tally(10)
        let caller = pthread_self()
        pool.run(10) { index in
            #expect(pthread_equal(pthread_self(), caller) != 0)
            tally.count(index)
        }
        #expect(tally.isOneEach)
    }

    @Test func poolsComeAndGo() {
        for round in 0..<100 {
            let pool = ComputePool(threads: 1 + round % 4, spin: .microseconds(round % 3 * 10))
            let sum = Atomic(0)
            if round % 2 == 0 { pool.run(round) { sum.add($0, ordering: .relaxed) } }
            let result = sum.load(ordering: .relaxed)
            #expect(result == (round % 2 == 0 ? round * (round - 1) / 2 : 0))
        }
    }
}
