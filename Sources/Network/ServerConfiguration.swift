import CSystem
package import HTTP

/// Everything about the server that can be chosen; checked once by `Server.start`.
package struct ServerConfiguration: Sendable {
    /// Where to listen: an IPv4 or IPv6 literal, or `localhost` for 127.0.0.1. `::` takes IPv4 peers too.
    package var host = "127.0.0.1"
    /// The port; 0 lets the system choose, `Server.port` tells which.
    package var port: UInt16 = 0
    /// The most event loops.
    package static let maximumLoops = 1024
    /// The most threads that run them.
    package static let maximumThreads = 256

    /// Event loops, each with its own listener and share of the connections; 0 means `loopsPerThread` for each thread.
    package var loops = 0
    /// Threads that run the loops; 0 means one for each processor the process may run on. There are no more than loops.
    package var threads = 0
    /// Connections the kernel holds for each loop until they are accepted.
    package var backlog = 4096
    /// Connections served at once by all loops together; one more gets 503 with Retry-After and is closed.
    package var maximumConnections = 10_000
    /// The bounds of one request.
    package var limits = HTTPLimits()
    /// From the first byte of a request to the end of its head; after it 408.
    package var headTimeout = Duration.seconds(10)
    /// The window in which a body must move on by `minimumBytesPerSecond`; after one without, 408.
    package var bodyTimeout = Duration.seconds(30)
    /// The window in which a peer must take so much of its response; after one without, the connection is dropped.
    package var writeTimeout = Duration.seconds(30)
    /// The least mean rate over a window, for bodies and responses. Bytes per second.
    package var minimumBytesPerSecond = 64
    /// How long a connection may be silent between requests.
    package var idleTimeout = Duration.seconds(75)
    /// How long a peer is listened to after its connection was refused or failed, so that it reads the answer
    /// before a reset could take it away (RFC 9112 §9.6).
    package var lingerTimeout = Duration.seconds(5)
    /// The most that is read and dropped in that time; many clients read no answer before their body is sent. Bytes.
    package var maximumLingerBytes = 256 * 1024 * 1024

    /// So many that a request seldom waits for a thread that has another of its loop, few enough that those that are
    /// read together can be computed together.
    private static let loopsPerThread = 4

    /// Threads to run.
    var threadCount: Int { threads == 0 ? min(Int(csystem_allowed_processors()), Self.maximumThreads) : threads }

    /// Loops to run: a single thread needs no more than one.
    var loopCount: Int {
        if loops > 0 { return loops }
        return threadCount == 1 ? 1 : min(threadCount * Self.loopsPerThread, Self.maximumLoops)
    }

    /// The defaults.
    package init() {}

    /// Refuses values no server could work with.
    func validate() throws(NetworkError) {
        func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) throws(NetworkError) {
            guard range.contains(value) else {
                let expected = "\(range.lowerBound) … \(range.upperBound)"
                throw .invalidConfiguration(field: field, expected: expected, found: value)
            }
        }
        try check("loops", loops, 0...Self.maximumLoops)
        try check("threads", threads, 0...Self.maximumThreads)
        try check("backlog", backlog, 1...65_535)
        try check("maximumConnections", maximumConnections, 1...1_000_000)
        try check("minimumBytesPerSecond", minimumBytesPerSecond, 0...Int(Int32.max))
        try check("maximumLingerBytes", maximumLingerBytes, 0...Int(Int32.max))
        try check("limits.maximumHeadBytes", limits.maximumHeadBytes, 64...16 * 1024 * 1024)
        try check("limits.maximumTargetBytes", limits.maximumTargetBytes, 16...limits.maximumHeadBytes)
        try check("limits.maximumBodyBytes", limits.maximumBodyBytes, 0...Int.max / 4)
        for (field, timeout) in [
            ("headTimeout", headTimeout), ("bodyTimeout", bodyTimeout), ("writeTimeout", writeTimeout),
            ("idleTimeout", idleTimeout), ("lingerTimeout", lingerTimeout),
        ] {
            try check(field, Int(clamping: timeout.components.seconds), 0...86_400)
            guard timeout > .zero else {
                throw .invalidConfiguration(field: field, expected: "a positive duration", found: 0)
            }
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    var milliseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1000 + UInt64(max(0, attoseconds) + 999_999_999_999_999)
            / 1_000_000_000_000_000
    }
}
