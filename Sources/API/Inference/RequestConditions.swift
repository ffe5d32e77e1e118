import Serving

/// When a request need not be computed any more.
struct RequestConditions: Sendable {
    /// When the answer is of no use any more, on the version's clock; nil for never.
    var deadline: UInt64?
    var priority = RequestPriority.normal
    /// Whether the client has gone.
    let isCancelled: @Sendable () -> Bool

    /// Moves the deadline nearer.
    /// - Parameters:
    ///   - microseconds: From now on.
    ///   - version: Whose clock it is.
    mutating func limit(microseconds: Int, _ version: ModelVersion) {
        let (nanoseconds, overflow) = UInt64(max(microseconds, 0)).multipliedReportingOverflow(by: 1000)
        guard !overflow, nanoseconds < 1 << 62 else { return }
        deadline = min(deadline ?? .max, version.now() &+ nanoseconds)
    }
}
