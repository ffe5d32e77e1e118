import Synchronization

/// A request whose rows differ in their free sizes, such as sequences of different lengths.
///
/// The rows of equal sizes are a request of their own, which is batched with others of these sizes. So nothing is padded,
/// and each row is computed as if it had come alone. The answers are put together in the order of the rows.
package struct RequestGroups: Sendable {
    /// The rows of equal sizes.
    private struct Group: Sendable {
        let request: InferenceRequest
        /// Where each of its rows stands among all.
        let places: [Int]
    }

    /// Rows of all groups.
    package let rows: Int
    private let groups: [Group]
    private let collector: GroupCollector

    /// Sorts rows by their sizes.
    /// - Parameters:
    ///   - version: The version that answers.
    ///   - rows: One row after the other, as many as the inputs have.
    ///   - priority: Of all groups.
    ///   - deadline: As of an `InferenceRequest`.
    ///   - isCancelled: As of an `InferenceRequest`.
    /// - Throws: What `InferenceRequest.init` throws of a group, and `ServingError.tooManyRows` or `.tooLarge` of all
    ///   together.
    package init(
        version: ModelVersion, rows: RowsOfSizes, priority: RequestPriority = .normal, deadline: UInt64? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ServingError) {
        let limit = version.configuration.batching.maxQueueRows
        guard rows.count <= limit else { throw .tooManyRows(rows: rows.count, limit: limit) }
        let collector = GroupCollector()
        var total = 0
        var groups: [Group] = []
        for (bindings, places) in rows.grouped {
            total += try InferenceRequest.floats(version, rows: places.count, bindings)
            guard total <= InferenceRequest.maximumFloats else {
                throw .tooLarge(floats: total, limit: InferenceRequest.maximumFloats)
            }
            do throws(ServingError) {
                let request = try InferenceRequest(
                    version: version, rows: places.count, inputs: rows.gather(places), bindings: bindings,
                    priority: priority, deadline: deadline, mayRunInline: false,
                    isCancelled: { isCancelled() || collector.hasFailed })
                groups.append(Group(request: request, places: places))
            } catch .element(let input, let row, let element, let expected, let found) {
                throw .element(input: input, row: places[row], element: element, expected: expected, found: found)
            }
        }
        self.rows = rows.count
        self.groups = groups
        self.collector = collector
    }

    /// Number of different sizes.
    package var count: Int { groups.count }

    /// What a batcher is asked for; to be called once.
    /// - Parameter completion: Called once: with the outputs of all rows, or, as soon as a group has failed, with its
    ///   error; what is left of the others is not computed then.
    /// - Returns: The requests and their completions.
    package func submissions(
        completion: @escaping @Sendable (Result<[OutputRows], ServingError>) -> Void
    ) -> [(request: InferenceRequest, completion: DynamicBatcher.Completion)] {
        let places = groups.map(\.places)
        return groups.indices.map { index in
            let answer: DynamicBatcher.Completion = { [collector, count = groups.count] result in
                switch collector.take(result, of: index, among: count) {
                case .waiting: break
                case .failed(let error): completion(.failure(error))
                case .complete(let responses): completion(.success(OutputRows.joined(responses, places: places)))
                }
            }
            return (groups[index].request, answer)
        }
    }
}

/// Collects the answers to the groups of a request.
private final class GroupCollector: Sendable {
    /// What an answer makes of the whole.
    enum Outcome {
        case waiting
        /// The first group that failed.
        case failed(ServingError)
        /// In the order of the groups.
        case complete([InferenceResponse])
    }

    private let responses = Mutex<[Int: InferenceResponse]>([:])
    private let failure = Atomic(false)

    /// Whether the other groups need not be computed any more.
    var hasFailed: Bool { failure.load(ordering: .acquiring) }

    func take(_ result: Result<InferenceResponse, ServingError>, of group: Int, among count: Int) -> Outcome {
        switch result {
        case .failure(let error):
            return failure.exchange(true, ordering: .acquiringAndReleasing) ? .waiting : .failed(error)
        case .success(let response):
            let all = responses.withLock { responses in
                responses[group] = response
                return responses.count == count ? responses : [:]
            }
            return all.isEmpty ? .waiting : .complete((0..<count).compactMap { all[$0] })
        }
    }
}
