import JSON
import Serving

/// What a list of rows asks for.
enum RowsRequest: Sendable {
    /// Rows of one shape.
    case equal(InferenceRequest)
    /// Rows that differ in their free sizes, such as sequences of different lengths.
    case varying(RequestGroups)
}

/// The rows of one predict request, on their way from JSON to the storage the engine computes from.
protocol InstanceRows {
    /// Reads a list of rows; called once.
    mutating func read(_ reader: inout JSONReader) throws

    /// Reads whole inputs instead: an object by input name, or the value of the only one; called once.
    mutating func readColumns(_ reader: inout JSONReader) throws

    /// The request for what was read.
    func request(_ conditions: RequestConditions) throws -> RowsRequest
}
