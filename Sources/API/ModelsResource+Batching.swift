import HTTP
import JSON
import Serving

/// `/v1/models/{m}/batching`: what the batcher does, and what it goes by.
extension ModelsResource {
    func batching(_ name: String, _ target: ModelTarget) throws(APIError) -> HTTPResponse {
        let version = try target.version(of: name, in: repository)
        let (report, statistics) = (version.batching, version.statistics)
        let settings = report.configuration
        return .json([
            "model_name": .string(name), "model_version": .string(String(version.number)),
            "explanation": .string(Self.explanation(report) + Self.grouping(version.freeSizes.symbols)),
            "settings": [
                "max_batch_size": .integer(settings.maxBatchSize), "max_queue_rows": .integer(settings.maxQueueRows),
                "max_delay_ms": .number(settings.maxDelayMilliseconds), "inline": .string(settings.inlining.rawValue),
                "instances": .integer(settings.instances),
            ],
            "now": [
                "queued_requests": .integer(statistics.queuedRequests), "queued_rows": .integer(statistics.queuedRows),
                "running_batches": .integer(report.runningBatches), "running_inline": .integer(report.runningInline),
            ],
            "grouped_by": JSONValue(version.freeSizes.symbols),
            "groups": .array(
                report.waiting.map { waiting in
                    [
                        "sizes": Self.sizes(waiting.bindings), "queued_requests": .integer(waiting.requests),
                        "queued_rows": .integer(waiting.rows),
                    ]
                }),
            "hand_off_us": Self.microseconds(report.handOffNanoseconds),
            "costs": .array(report.costs.map(Self.json)),
            "batches": .array(
                statistics.batches.used.map { rows, entry in
                    let mean = Double(entry.nanoseconds) / Double(entry.runs)
                    return ["rows": .integer(rows), "runs": .integer(entry.runs), "mean_us": Self.microseconds(mean)]
                }),
            "queue": Self.json(statistics.queue), "batch_wait": Self.json(statistics.batchWait),
            "compute": Self.json(statistics.compute),
        ])
    }

    private static func explanation(_ report: BatchingReport) -> String {
        let settings = report.configuration
        if settings.maxDelayMilliseconds > 0 {
            return
                "the first row waits up to \(settings.maxDelayMilliseconds) ms for others, because max_delay_ms says so"
        }
        guard let cost = report.costs.filter({ $0.alone != nil }).max(by: { $0.inlineRows < $1.inlineRows }) else {
            return "no run was measured yet; the first request goes to a worker"
        }
        if cost.inlineRows == 0 {
            return "every request goes to a worker, because "
                + (settings.inlining == .never ? "inline says so" : "a row costs more than handing it over")
                + "; those that wait while it computes become the next batch"
        }
        let sizes = cost.bindings.sorted { $0.key < $1.key }.map { " of \($0.key) \($0.value)" }.joined()
        return
            "requests of up to \(cost.inlineRows) rows\(sizes) are computed by the thread that reads them, because that costs "
            + "less than handing them over; "
            + (cost.gainsByBatching
                ? "while the model is busy they wait and become a batch, in which a row is cheaper"
                : "a batch would not make rows cheaper, so none is waited for")
    }

    /// What becomes of rows whose free sizes differ.
    private static func grouping(_ symbols: [String]) -> String {
        if symbols.isEmpty { return "" }
        let names = symbols.joined(separator: ", ")
        return
            "; rows are batched with others of the same \(names) only, so that nothing is padded: a request whose rows "
            + "differ in it is computed as one group for each"
    }

    private static func sizes(_ bindings: [String: Int]) -> JSONValue {
        .object(bindings.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) })
    }

    private static func json(_ cost: BatchingReport.Cost) -> JSONValue {
        [
            "sizes": sizes(cost.bindings), "row_us_alone": microseconds(cost.alone),
            "row_us_batched": microseconds(cost.batched),
            "gains_by_batching": .bool(cost.gainsByBatching), "inline_rows": .integer(cost.inlineRows),
            "batch_rows": .integer(cost.batchRows), "run_rows": .integer(cost.runRows),
        ]
    }

    private static func json(_ times: LatencyHistogram) -> JSONValue {
        let mean = times.count == 0 ? nil : Double(times.nanoseconds) / Double(times.count)
        return [
            "count": .integer(times.count), "mean_us": microseconds(mean), "p50_us": microseconds(times.quantile(0.5)),
            "p99_us": microseconds(times.quantile(0.99)),
        ]
    }

    /// Rounded to a tenth; null for nothing measured.
    private static func microseconds(_ nanoseconds: Double?) -> JSONValue {
        nanoseconds.map { .number(($0 / 100).rounded() / 10) } ?? .null
    }
}
