import Synchronization
import Testing

@testable import Tensors

struct ParallelLoopTests {
    @Test(arguments: [true, false], [0, 1, 100])
    func takesEveryTurnOnce(isSerial: Bool, iterations: Int) {
        let turns = Mutex<[Int]>([])
        ParallelLoop.perform(iterations: iterations, isSerial: isSerial) { index in
            turns.withLock { $0.append(index) }
        }
        #expect(turns.withLock { $0.sorted() } == Array(0..<iterations))
    }
}
