import JSON
import Serving

extension ModelVersion {
    /// The counters of a version as the statistics extension shows them.
    var tritonStatistics: JSONValue {
        let (statistics, exchanges) = (statistics, exchanges)
        return [
            "name": .string(modelName), "version": .string(String(number)),
            "last_inference": .integer(lastInferenceMilliseconds(statistics)),
            "inference_count": .integer(statistics.rows), "execution_count": .integer(statistics.executions),
            "inference_stats": [
                "success": Self.duration(exchanges.success),
                "fail": [
                    "count": .integer(statistics.rejections.total + exchanges.unwritten),
                    "ns": .integer(Int(clamping: exchanges.failure.nanoseconds)),
                ],
                "queue": Self.duration(statistics.queue), "compute_input": Self.duration(statistics.batchWait),
                "compute_infer": Self.duration(statistics.compute),
                "compute_output": Self.duration(exchanges.serialise),
                "cache_hit": ["count": 0, "ns": 0], "cache_miss": ["count": 0, "ns": 0],
            ],
            "response_stats": [:],
            "batch_stats": .array(
                statistics.batches.used.map { rows, entry in
                    let none: JSONValue = ["count": .integer(entry.runs), "ns": 0]
                    return [
                        "batch_size": .integer(rows), "compute_input": none,
                        "compute_infer": [
                            "count": .integer(entry.runs), "ns": .integer(Int(clamping: entry.nanoseconds)),
                        ],
                        "compute_output": none,
                    ]
                }),
            "memory_usage": [["type": "CPU", "id": 0, "byte_size": .integer(memory.total)]],
        ]
    }

    private static func duration(_ histogram: LatencyHistogram) -> JSONValue {
        ["count": .integer(histogram.count), "ns": .integer(Int(clamping: histogram.nanoseconds))]
    }

    /// Milliseconds since 1970; 0 for never.
    private func lastInferenceMilliseconds(_ statistics: ServingStatistics) -> Int {
        guard let last = statistics.lastRun else { return 0 }
        let age = Double(now() &- last) / 1e9
        return Int((ProcessStatistics.unixSeconds() - age) * 1000)
    }
}
