/// What a batcher knows and decides by.
package struct BatchingReport: Sendable, Equatable {
    /// The cost of rows whose free sizes are the same.
    package struct Cost: Sendable, Equatable {
        /// The free sizes, such as ["time": 28].
        package let bindings: [String: Int]
        /// Nanoseconds of a row computed alone on one thread; nil until it was measured.
        package let alone: Double?
        /// Nanoseconds of a row among many; nil until it was measured.
        package let batched: Double?
        /// Whether rows become so much cheaper together that they wait for each other while the model is busy.
        package let gainsByBatching: Bool
        /// The most rows of a request that runs on the thread that brings it; 0 for none.
        package let inlineRows: Int
        /// The most rows that requests are joined to: as many as make a row cheaper.
        package let batchRows: Int
        /// The most rows of one run: as configured, or fewer when they would take too long.
        package let runRows: Int
    }

    /// Requests that wait whose free sizes are the same.
    package struct Waiting: Sendable, Equatable {
        /// The free sizes, such as ["time": 28].
        package let bindings: [String: Int]
        package internal(set) var requests: Int
        package internal(set) var rows: Int
    }

    package let configuration: BatchingConfiguration
    /// Nanoseconds: a run that is estimated to cost less is not handed to a worker.
    package let handOffNanoseconds: Double
    /// What waits, by free sizes.
    package let waiting: [Waiting]
    /// By their free sizes.
    package let costs: [Cost]
    /// Batches that run on workers now, and runs on threads that brought them.
    package let runningBatches: Int
    package let runningInline: Int
}
