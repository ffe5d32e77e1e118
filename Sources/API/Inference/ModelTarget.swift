import Serving

/// Which version of a model is asked.
enum ModelTarget: Equatable, Sendable {
    case serving
    case number(Int)
    case label(String)

    init(number: Int?) { self = number.map { .number($0) } ?? .serving }

    /// The version that is meant.
    /// - Throws: `APIError.serving` when there is none, or when it does not serve.
    func version(of name: String, in repository: ModelRepository) throws(APIError) -> ModelVersion {
        do throws(ServingError) {
            switch self {
            case .serving: return try repository.version(of: name)
            case .number(let number): return try repository.version(of: name, number)
            case .label(let label): return try repository.version(of: name, label: label)
            }
        } catch {
            // Whoever looks at a model is about to use it.
            if case .evicted(let model, let number) = error { repository.revive(model, number) { _ in } }
            throw .serving(error)
        }
    }
}
