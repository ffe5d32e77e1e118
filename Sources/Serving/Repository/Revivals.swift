import Synchronization

/// Who waits for versions that are being loaded again.
final class Revivals: Sendable {
    typealias Completion = @Sendable (Result<ModelVersion, ServingError>) -> Void

    /// What becomes of one who asks.
    enum Place {
        /// Nobody else waits for that version: load it, and then `take`.
        case first
        case joined
        /// So many wait already that it must be refused.
        case full(limit: Int)
    }

    private struct Key: Hashable {
        let model: String
        let number: Int
    }

    /// Most that wait, for all versions together: each holds a request's body.
    private static let limit = 1024

    private let waiting = Mutex<(count: Int, byVersion: [Key: [Completion]])>((0, [:]))

    func add(_ model: String, _ number: Int, _ completion: @escaping Completion) -> Place {
        waiting.withLock { waiting in
            guard waiting.count < Self.limit else { return .full(limit: Self.limit) }
            waiting.count += 1
            waiting.byVersion[Key(model: model, number: number), default: []].append(completion)
            return waiting.byVersion[Key(model: model, number: number)]?.count == 1 ? .first : .joined
        }
    }

    /// Those who wait for a version, who then do not wait any more.
    func take(_ model: String, _ number: Int) -> [Completion] {
        waiting.withLock { waiting in
            let completions = waiting.byVersion.removeValue(forKey: Key(model: model, number: number)) ?? []
            waiting.count -= completions.count
            return completions
        }
    }
}
