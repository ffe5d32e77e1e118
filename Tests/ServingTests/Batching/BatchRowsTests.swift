@testable import Serving
import Synchronization
import Tensors
import Testing

struct BatchRowsTests {
    /// Sizes of the batches that eight waiting rows make after the costs were measured: of one row, and of eight.
    /// - Parameters:
    ///   - fixed: Nanoseconds that a run takes whatever its rows, on each thread.
    ///   - row: Nanoseconds of a row.
    /// - Returns: The rows of each batch.
    /// - Throws: What a request does.
    private func sizes(fixed: UInt64, row: UInt64) throws -> [Int] {
        let (clock, answers, gate) = (HandMovedClock(), Answers(), Gate())
        let elapsed = Atomic<UInt64>(0)
        let sizes = Mutex<[Int]>([])
        let model = FakeModel { rows, _, isParallel in
            let run = sizes.withLock { sizes in
                sizes.append(rows)
                return sizes.count
            }
            let each = isParallel ? (rows + 1) / 2 : rows
            clock.move(to: elapsed.add(fixed + UInt64(each) * row, ordering: .relaxed).newValue)
            if run == 3 { gate.pass() }
        }
        let version = ModelVersion(model, .queued(), clock: clock.clock)
        for (number, rows) in [1, 8].enumerated() {
            version.submit(try version.request(number, rows: rows), completion: answers.completion(number))
            #expect(answers.wait(for: 1))
        }
        version.submit(try version.request(2, rows: 1), completion: answers.completion(2))
        gate.waitForArrival()
        for number in 3..<11 {
            version.submit(try version.request(number, rows: 1), completion: answers.completion(number))
        }
        gate.open()
        #expect(answers.wait(for: 9))
        for number in 3..<11 {
            #expect(answers.response(number)?.outputs[0].floats == expectedAnswer(to: rows(of: number, count: 1)))
        }
        return sizes.withLock { Array($0.dropFirst(3)) }
    }

    @Test func rowsThatDoNotBecomeCheaperAreAnsweredEarly() throws {
        // A run of 1 ms on each of two threads.
        #expect(try sizes(fixed: 0, row: 500_000) == [4, 4])
        #expect(try sizes(fixed: 0, row: 1_000_000) == [2, 2, 2, 2])
    }

    @Test func rowsThatBecomeCheaperWaitForEachOther() throws {
        #expect(try sizes(fixed: 1_000_000, row: 1_000) == [8])
        #expect(try sizes(fixed: 0, row: 10_000) == [8])
    }
}
