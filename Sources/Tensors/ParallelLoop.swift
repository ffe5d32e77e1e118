import Dispatch
import Glibc

/// Loops whose turns run on all processors.
enum ParallelLoop {
    /// Whether this process may only have so much memory. Dispatch waits without end for threads whose stacks are refused,
    /// where the process should end for want of memory; such loops run on the caller's thread alone.
    static var isMemoryLimited: Bool {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else { return false }
        return limit.rlim_cur != rlim_t.max
    }

    /// Calls `body` with every index below `iterations` once, at the same time and in any order.
    /// - Parameters:
    ///   - iterations: At least 0.
    ///   - isSerial: Whether the caller's thread takes all turns.
    ///   - body: One turn.
    static func perform(iterations: Int, isSerial: Bool = isMemoryLimited, _ body: @Sendable (Int) -> Void) {
        guard !isSerial else { return (0..<iterations).forEach(body) }
        DispatchQueue.concurrentPerform(iterations: iterations, execute: body)
    }
}
