/// `[batching]` of an `apus.toml`: how requests are joined and how many may wait.
package struct BatchingConfiguration: Sendable, Equatable {
    /// Whether small requests may run on the thread that submits them.
    package enum Inlining: String, Sendable, CaseIterable {
        /// When nothing waits and the run is estimated to be cheaper than handing it over.
        case auto
        /// Every request is handed to a worker.
        case never
    }

    /// `max_batch_size`: the most rows one run computes; a larger request is computed in several runs. Default: 256.
    package var maxBatchSize = 256
    /// `max_queue_rows`: the most rows that may wait; a request over it is refused at once. Default: 4096.
    package var maxQueueRows = 4096
    /// `max_delay_ms`: how long the first row may wait for company while the model is idle; above 0, nothing runs
    /// inline. Milliseconds. Default: 0, a run starts at once.
    package var maxDelayMilliseconds = 0.0
    /// `inline`. Default: auto.
    package var inlining = Inlining.auto
    /// `instances`: how many batches may run at the same time, apart from inline runs. A batch's rows are already
    /// divided between the cores, but not what is done with its answers: while one batch does that, another computes.
    /// With 32 connections and two cores, 2 answered requests of 16 rows 1.15 times (a CNN) and 1.25 times (an LSTM) as
    /// fast as 1. Default: 2.
    package var instances = 2

    package init() {}

    init(_ section: TOMLSection) throws(ServingError) {
        try section.refuseKeys(except: ["max_batch_size", "max_queue_rows", "max_delay_ms", "inline", "instances"])
        maxBatchSize = try section.integer("max_batch_size", in: 1...65_536, default: maxBatchSize)
        maxQueueRows = try section.integer("max_queue_rows", in: 1...16_777_216, default: maxQueueRows)
        maxDelayMilliseconds = try section.number("max_delay_ms", in: 0...10_000, default: maxDelayMilliseconds)
        inlining = try section.choice("inline", default: inlining)
        instances = try section.integer("instances", in: 1...64, default: instances)
    }
}
