import Dispatch
import Synchronization

/// Lets the changes of one model wait for each other, while those of different models run side by side.
final class ModelQueues: Sendable {
    /// The queue of a model that is being changed.
    private struct Entry {
        let queue: DispatchQueue
        /// Changes that run or wait.
        var users = 0
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Models that are being changed.
    var count: Int { entries.withLock { $0.count } }

    /// Runs `body` on the calling thread when no other change of that model runs; waits until then.
    func exclusively<Value: Sendable>(
        _ model: String, _ body: () throws(ServingError) -> Value
    ) throws(ServingError) -> Value {
        let queue = enter(model)
        defer { leave(model) }
        return try queue.sync {
            do throws(ServingError) {
                return Result<Value, ServingError>.success(try body())
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private func enter(_ model: String) -> DispatchQueue {
        entries.withLock { entries in
            var entry = entries[model] ?? Entry(queue: DispatchQueue(label: "apus.repository.\(model)"))
            entry.users += 1
            entries[model] = entry
            return entry.queue
        }
    }

    /// Names come from clients: nothing is kept of one that nobody uses.
    private func leave(_ model: String) {
        entries.withLock { entries in
            entries[model]?.users -= 1
            if entries[model]?.users == 0 { entries[model] = nil }
        }
    }
}
