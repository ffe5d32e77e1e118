/// What happened to the requests for a version around its batcher: reading them and writing their answers.
package struct ExchangeStatistics: Sendable, Equatable {
    /// From the bytes of a request to what the engine computes from.
    package var decode = LatencyHistogram()
    /// From what the engine computed to the bytes of an answer.
    package var serialise = LatencyHistogram()
    /// From the last byte of a request to the last byte of its answer, of those that were answered.
    package var success = LatencyHistogram()
    /// The same of those that were not.
    package var failure = LatencyHistogram()
    /// Those that were computed but whose answer could not be written as it was asked for.
    package var unwritten = 0

    package init() {}
}
