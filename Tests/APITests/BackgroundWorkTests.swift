import Dispatch
import HTTP
import Synchronization
import Testing

@testable import API

struct BackgroundWorkTests {
    @Test func quickWorkDoesNotWaitForAllThatIsSlow() throws {
        let (slow, quick) = (BackgroundWork(threads: 8, maximumCount: 8), BackgroundWork())
        let (gate, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // More than there are processors.
        for _ in 0..<8 { try slow.run { gate.wait() } }
        try quick.run { done.signal() }
        #expect(done.wait(timeout: .now() + 20) == .success)
        for _ in 0..<8 { gate.signal() }
    }

    @Test func whatWaitsRunsInOrderAndOneMoreIsRefused() throws {
        let work = BackgroundWork(threads: 1, maximumCount: 4)
        let (gate, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let order = Mutex<[Int]>([])
        for number in 0..<4 {
            try work.run {
                gate.wait()
                order.withLock { $0.append(number) }
                done.signal()
            }
        }
        let error = #expect(throws: APIError.self) { try work.run {} }
        #expect(error?.statusAndCode.0 == .serviceUnavailable)
        for _ in 0..<4 { gate.signal() }
        for _ in 0..<4 { #expect(done.wait(timeout: .now() + 20) == .success) }
        #expect(order.withLock { $0 } == [0, 1, 2, 3])
    }
}
