/// What a load is made of: `apus bench --url`.
package struct LoadPlan: Sendable {
    /// When requests leave.
    package enum Arrivals: String, Sendable, CaseIterable {
        /// At random, independent of each other, as those of many clients do.
        case poisson
        /// At equal distances.
        case fixed
    }

    package let url: HealthURL
    /// Requests a second, whether or not earlier ones were answered; nil for the next one as soon as a connection has
    /// its answer.
    package var rate: Double?
    package var arrivals = Arrivals.poisson
    /// Microseconds between two looks at what is due and what has come, with a rate; 0 for a look whenever something
    /// happens. Looks take processor time and cache from a server on the same machine; latencies grow by up to a tick
    /// before a request leaves and another before its answer is seen.
    package var tick = 0.0
    /// Seed of random arrivals.
    package var seed: UInt64 = 1
    package var connections = 32
    package var seconds = 10.0
    /// Seconds that the last answers are waited for.
    package var grace = 5.0
    /// nil for a GET.
    package var body: [UInt8]?
    package var contentType = "application/json"
    /// Further fields of each request: `name: value`.
    package var fields: [String] = []

    package init(url: HealthURL) { self.url = url }

    /// - Throws: `DaemonError.usage`.
    func validate() throws(DaemonError) {
        if let rate { try Self.check("--rate", rate, in: 0.1...10_000_000) }
        try Self.check("--tick", tick, in: 0...100_000)
        try Self.check("--connections", Double(connections), in: 1...60_000)
        try Self.check("--seconds", seconds, in: 0.01...86_400)
        for field in fields + ["Content-Type: \(contentType)"] {
            let name = field.prefix { $0 != ":" }
            guard !name.isEmpty, name.utf8.count < field.utf8.count, field.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .usage("--header: expected \"name: value\", got \(field.inQuotes)") }
        }
    }

    private static func check(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws(DaemonError) {
        guard range.contains(value) else {
            throw .usage("\(name): expected a number in \(range.lowerBound)...\(range.upperBound), got \(value)")
        }
    }

    private static let maximumBodyBytes = 256 << 20

    /// The bytes of a file, to be sent with each request.
    /// - Throws: `DaemonError.file`.
    package static func body(in path: String) throws(DaemonError) -> [UInt8] {
        do { return try Files.bytes(of: path, limit: maximumBodyBytes) } catch {
            throw .file(path, reason: error.reason)
        }
    }

    /// The bytes of a request.
    var request: [UInt8] {
        var head = "\(body == nil ? "GET" : "POST") \(url.target) HTTP/1.1\r\nHost: \(url.authority)\r\n"
        if let body { head += "Content-Type: \(contentType)\r\nContent-Length: \(body.count)\r\n" }
        for field in fields { head += field + "\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }
}
