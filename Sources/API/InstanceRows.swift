import JSON
import Serving

/// The rows of one predict request, on their way from JSON to the storage the engine computes from.
protocol InstanceRows {
    /// Reads the value of `instances`; called once.
    mutating func read(_ reader: inout JSONReader) throws

    /// The request for what was read.
    func request(isCancelled: @escaping @Sendable () -> Bool) throws(ServingError) -> InferenceRequest
}
