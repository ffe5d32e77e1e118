import CSystem
import Glibc

/// A thread that runs event loops, in rounds: it takes loops that have something to do, reads their requests, lets the
/// handler compute what can be computed together, and sends the answers.
@safe final class EventLoopThread {
    private let index: Int
    private let group: EventLoopGroup
    private let scratch: InputBuffer
    private let events: UnsafeMutableBufferPointer<epoll_event>
    /// The most loops of a round: others have theirs.
    private let share: Int
    /// The loops of this round.
    private var loops: [EventLoop] = []

    /// - Parameters:
    ///   - index: Its number in the group.
    ///   - group: Where the loops are.
    init(index: Int, group: EventLoopGroup) {
        self.index = index
        self.group = group
        scratch = InputBuffer(limits: group.loops[0].configuration.limits, capacity: EventLoop.scratchBytes)
        share = max(1, group.loops.count / group.threads)
        unsafe events = .allocate(capacity: share)
    }

    deinit {
        unsafe events.deallocate()
    }

    /// Runs loops until all have stopped.
    func run() {
        // Requests of one round are cheaper: of eight loops one at a time, those of 8 connections took 10 µs more of CPU
        // than two, and four are cheaper still where there is always more to do. Where there is not, others would wait.
        let few = max(1, share / 2)
        var limit = few
        while unsafe group.take(UnsafeMutableBufferPointer(rebasing: events[..<limit]), into: &loops) {
            limit = loops.count == limit ? share : few
            for loop in loops {
                loop.beginTurn(onThread: index, scratch)
                loop.serveShort()
            }
            finishRound()
            let served = serveBulk()
            // Those that have waited come first in the next round.
            for loop in loops[served...] { group.putBack(loop) }
            for loop in loops[..<served] { group.putBack(loop) }
            loops.removeAll(keepingCapacity: true)
        }
    }

    /// Serves large requests, as many as take no long time.
    ///
    /// - Returns: How many loops had their turn, from the first one on; the others have large requests that wait.
    private func serveBulk() -> Int {
        guard loops.contains(where: { $0.bulkCount > 0 }) else { return loops.count }
        let start = SystemCall.monotonicNanoseconds()
        var served = 0
        repeat {
            loops[served].serveBulk(since: start)
            served += 1
        } while served < loops.count && !EventLoop.isLong(since: start)
        finishRound()
        return served
    }

    private func finishRound() {
        var isDone = loops.isEmpty
        while !isDone {
            loops[0].handler.endRound(threadIndex: index)
            isDone = true
            for loop in loops where loop.takeRoundAnswers() { isDone = false }
        }
        for loop in loops { loop.endRound() }
    }
}
