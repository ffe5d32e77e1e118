import Dispatch
import Synchronization

/// Shares the processors between models: as many batches as there are processors run at once, and when more want to, the
/// model goes next that has computed the least. A model that is always busy so cannot starve another, however many
/// instances and versions it has.
///
/// Time that a model did not want is not saved up. Runs on event loops take no turn: they are shorter than a hand-over.
package final class ComputeTurns: Sendable {
    private struct Waiter: Sendable {
        let model: String
        let arrival: UInt64
        let semaphore: DispatchSemaphore
    }

    private struct State {
        var free: Int
        var waiting: [Waiter] = []
        /// Nanoseconds that each model has computed, counted so that one that comes back is not ahead of the others.
        var computed: [String: UInt64] = [:]
        /// What the model that went last had computed then.
        var floor: UInt64 = 0
        var arrivals: UInt64 = 0
    }

    private let count: Int
    private let state: Mutex<State>

    /// - Parameter count: Batches that run at once, at least 1.
    package init(count: Int) {
        precondition(count >= 1, "somebody must have a turn")
        self.count = count
        state = Mutex(State(free: count))
    }

    /// Those who wait for a turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Waits until the model may run a batch. Call `end` afterwards.
    func begin(_ model: String) {
        let waiter: Waiter? = state.withLock { state in
            state.computed[model] = max(state.computed[model] ?? 0, state.floor)
            if state.free > 0 {
                state.free -= 1
                return nil
            }
            state.arrivals += 1
            let waiter = Waiter(model: model, arrival: state.arrivals, semaphore: DispatchSemaphore(value: 0))
            state.waiting.append(waiter)
            return waiter
        }
        waiter?.semaphore.wait()
    }

    /// Lets the next one run.
    /// - Parameters:
    ///   - model: Who has run.
    ///   - nanoseconds: How long it computed.
    func end(_ model: String, nanoseconds: UInt64) {
        let next: Waiter? = state.withLock { state in
            state.computed[model, default: state.floor] &+= nanoseconds
            let index = state.waiting.indices.min { one, other in
                order(state.waiting[one], state) < order(state.waiting[other], state)
            }
            guard let index else {
                state.free += 1
                // Names of models that are gone are not kept.
                if state.free == count { state.computed = [:] }
                return nil
            }
            let waiter = state.waiting.remove(at: index)
            state.floor = max(state.floor, state.computed[waiter.model] ?? 0)
            return waiter
        }
        next?.semaphore.signal()
    }

    private func order(_ waiter: Waiter, _ state: borrowing State) -> (UInt64, UInt64) {
        (state.computed[waiter.model] ?? 0, waiter.arrival)
    }
}
