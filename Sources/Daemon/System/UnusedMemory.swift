import CSystem
import Dispatch
import Glibc
import Synchronization

/// Gives memory back to the system that a load needed and nobody needs any more: the allocator keeps what is free between
/// pieces that are not, 15 of 45 MB after 128 connections with bodies of 90 kB.
///
/// Costs a load nothing: it is looked at once a second, and while it goes on nothing is given back.
final class UnusedMemory {
    private let timer: any DispatchSourceTimer

    /// - Parameter answers: How many requests were answered so far.
    init(answers: @escaping @Sendable () -> Int) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "apus.memory", qos: .utility))
        timer.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(200))
        let load = Mutex(EndOfLoad())
        timer.setEventHandler { @Sendable in
            let total = answers()
            if load.withLock({ $0.hasCome(total: total) }) { csystem_give_back_memory() }
        }
        timer.resume()
    }

    deinit { timer.cancel() }

    /// Spreads threads over no more heaps than can be used at once, each of which keeps free memory of its own. Call before
    /// the first other thread starts.
    static func limitHeaps(_ processors: Processors) {
        csystem_limit_heaps(Int32(clamping: max(2, processors.count)))
    }
}
