import HTTP
import Serving

/// One way of asking for predictions: how its requests are read and its answers written.
protocol InferenceDialect: Sendable {
    /// Reads a body.
    /// - Parameters:
    ///   - body: Decompressed; valid during the call only.
    ///   - call: What is known besides.
    /// - Returns: What to compute, and how to answer.
    /// - Throws: What is wrong with the body, naming the place.
    func read(_ body: UnsafeRawBufferPointer, _ call: InferenceCall) throws(APIError) -> InferenceWork
}

/// A request for predictions but for its body.
struct InferenceCall: Sendable {
    let version: ModelVersion
    let fields: InferenceFields
    let limits: APILimits
    var conditions: RequestConditions
    /// When the request was complete, on the version's clock.
    let received: UInt64
}

/// A request that was read: what to compute, and what makes the answer of it.
enum InferenceWork {
    typealias Write<Computed> = @Sendable (Computed) throws(APIError) -> HTTPResponse

    /// Rows of one shape.
    case equal(InferenceRequest, write: Write<InferenceResponse>)
    /// Rows that differ in their free sizes.
    case varying(RequestGroups, write: Write<[OutputRows]>)
}
