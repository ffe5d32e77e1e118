import Network
import Serving
import Synchronization

/// The predict requests that one of the server's threads has read in this round and not yet handed to the batcher.
final class RoundRequests: Sendable {
    typealias Waiting = (request: InferenceRequest, completion: DynamicBatcher.Completion)

    private let waiting = Mutex<[Waiting]>([])

    /// One for each thread there can be, by its index.
    static func ofThreads() -> [RoundRequests] { (0..<ServerConfiguration.maximumThreads).map { _ in RoundRequests() } }

    func add(_ request: InferenceRequest, _ completion: @escaping DynamicBatcher.Completion) {
        waiting.withLock { $0.append((request, completion)) }
    }

    /// Rows of those that are for a version.
    func rows(of version: ModelVersion) -> Int {
        waiting.withLock { $0.reduce(0) { $0 + ($1.request.version === version ? $1.request.rows : 0) } }
    }

    func takeAll() -> [Waiting] {
        waiting.withLock { waiting in
            guard !waiting.isEmpty else { return [] }
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
    }
}
