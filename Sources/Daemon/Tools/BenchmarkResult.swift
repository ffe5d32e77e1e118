import JSON

/// What `EngineBenchmark` measured. Times in microseconds of one run.
package struct BenchmarkResult: Sendable, Equatable {
    /// The path of the model as the user wrote it.
    package let model: String
    /// The level of the kernels.
    package let isa: String
    /// Rows of each run.
    package let batch: Int
    package let threads: Int
    /// Runs that were timed.
    package let runs: Int
    /// Half of the runs took no longer.
    package let medianMicroseconds: Double
    /// A tenth of the runs took no longer.
    package let p10Microseconds: Double
    /// Nine tenths of the runs took no longer.
    package let p90Microseconds: Double

    /// - Parameters:
    ///   - model: The path of the model.
    ///   - isa: The level of the kernels.
    ///   - nanoseconds: The time of each run, in any order; at least one.
    ///   - batch: Rows of each run.
    ///   - threads: Threads of each run.
    init(model: String, isa: String, nanoseconds: [UInt64], batch: Int, threads: Int) {
        precondition(!nanoseconds.isEmpty, "nothing was measured")
        let sorted = nanoseconds.sorted()
        /// The nearest-rank percentile.
        func percentile(_ share: Double) -> Double {
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1000
        }
        self.model = model
        self.isa = isa
        self.batch = batch
        self.threads = threads
        runs = sorted.count
        medianMicroseconds = percentile(0.5)
        p10Microseconds = percentile(0.1)
        p90Microseconds = percentile(0.9)
    }

    /// Rows a second at the median.
    package var samplesPerSecond: Double {
        medianMicroseconds > 0 ? Double(batch) * 1e6 / medianMicroseconds : 0
    }

    /// For people, in one line.
    package var text: String {
        "median \(medianMicroseconds) us, p10 \(p10Microseconds) us, p90 \(p90Microseconds) us, "
            + "\(Int(samplesPerSecond)) samples/s (\(isa), batch \(batch), \(threads) thread\(threads == 1 ? "" : "s"), "
            + "\(runs) runs)\n"
    }

    /// For programs: one JSON object.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("model", model)
        writer.member("isa", isa)
        writer.member("batch", batch)
        writer.member("threads", threads)
        writer.member("runs", runs)
        writer.member("median_us", medianMicroseconds)
        writer.member("p10_us", p10Microseconds)
        writer.member("p90_us", p90Microseconds)
        writer.member("samples_per_second", samplesPerSecond)
        writer.endObject()
        return writer.bytes
    }
}
