import Dispatch
import Synchronization

/// Lets the changes of one model wait for each other, while those of different models run side by side.
final class ModelQueues: Sendable {
    private let queues = Mutex<[String: DispatchQueue]>([:])

    /// Runs `body` on the calling thread when no other change of that model runs; waits until then.
    func exclusively<Result: Sendable>(
        _ model: String, _ body: () throws(ServingError) -> Result
    ) throws(ServingError) -> Result {
        let queue = queues.withLock { queues in
            if let queue = queues[model] { return queue }
            let queue = DispatchQueue(label: "apus.repository.\(model)")
            queues[model] = queue
            return queue
        }
        return try queue.sync {
            do throws(ServingError) {
                return Swift.Result<Result, ServingError>.success(try body())
            } catch {
                return .failure(error)
            }
        }.get()
    }
}
