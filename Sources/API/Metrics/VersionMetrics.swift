import Serving

/// The counters of one version at one moment.
struct VersionMetrics {
    let labels: MetricLabels
    let statistics: ServingStatistics
    let exchanges: ExchangeStatistics
    let memory: MemoryReport

    init(_ version: ModelVersion) {
        labels = MetricLabels(["model": version.modelName, "version": String(version.number)])
        statistics = version.statistics
        exchanges = version.exchanges
        memory = version.memory
    }
}

extension VersionMetrics {
    /// Each reason for which requests got no answer, with its count.
    fileprivate var rejections: [(reason: String, count: Int)] {
        let counts = statistics.rejections
        return [
            ("queue_full", counts.queueFull), ("too_many_rows", counts.tooManyRows), ("cancelled", counts.cancelled),
            ("deadline_exceeded", counts.deadlineExceeded), ("shutting_down", counts.shuttingDown),
            ("failed", counts.failed), ("unwritten", exchanges.unwritten),
        ]
    }
}

extension MetricsWriter {
    /// What the versions computed, and how long each phase of it took.
    mutating func appendInference(_ versions: [VersionMetrics]) {
        counter("apus_inference_requests", "Answered requests.", versions) { $0.exchanges.success.count }
        counter("apus_inference_rows", "Rows of answered requests.", versions) { $0.statistics.rows }
        family("apus_inference_executions", .counter, "Runs of the engine, on the submitting thread or on a worker.")
        for version in versions {
            let statistics = version.statistics
            let inline = version.labels.adding("path", "inline")
            sample("apus_inference_executions", .counter, inline, statistics.inlineExecutions)
            let queued = version.labels.adding("path", "worker")
            let count = statistics.executions - statistics.inlineExecutions
            sample("apus_inference_executions", .counter, queued, count)
        }
        family("apus_inference_rejections", .counter, "Requests that got no answer, by reason.")
        for version in versions {
            for (reason, count) in version.rejections {
                sample("apus_inference_rejections", .counter, version.labels.adding("reason", reason), count)
            }
        }
        family("apus_inference_queued_requests", .gauge, "Requests that wait for a batch.")
        for version in versions {
            sample("apus_inference_queued_requests", .gauge, version.labels, version.statistics.queuedRequests)
        }
        family("apus_inference_queued_rows", .gauge, "Rows that wait for a batch.")
        for version in versions {
            sample("apus_inference_queued_rows", .gauge, version.labels, version.statistics.queuedRows)
        }
        family("apus_model_memory_bytes", .gauge, "Memory that a loaded version holds, by what for. Bytes.")
        for version in versions {
            let (labels, memory) = (version.labels, version.memory)
            sample("apus_model_memory_bytes", .gauge, labels.adding("kind", "weights"), memory.weights)
            sample("apus_model_memory_bytes", .gauge, labels.adding("kind", "workspaces"), memory.workspaces)
            sample("apus_model_memory_bytes", .gauge, labels.adding("kind", "batches"), memory.batches)
        }
        appendPhases(versions)
        family("apus_inference_batch_rows", .histogram, "Rows of a run of the engine.")
        for version in versions {
            let batches = version.statistics.batches
            histogram(
                "apus_inference_batch_rows", version.labels,
                buckets: zip(BatchSizes.bounds, batches.cumulative).map { (Double($0), $1) }, sum: batches.rows,
                count: batches.runs)
        }
    }

    private mutating func appendPhases(_ versions: [VersionMetrics]) {
        times("apus_inference_decode_seconds", "Reading a request.", versions) { $0.exchanges.decode }
        times("apus_inference_queue_seconds", "Waiting until a batch takes the request.", versions) {
            $0.statistics.queue
        }
        times("apus_inference_batch_wait_seconds", "Waiting in the batch until the rows are computed.", versions) {
            $0.statistics.batchWait
        }
        times("apus_inference_compute_seconds", "The runs the request was part of.", versions) {
            $0.statistics.compute
        }
        times("apus_inference_serialise_seconds", "Writing an answer.", versions) { $0.exchanges.serialise }
        times("apus_inference_request_seconds", "A whole answered request, without the network.", versions) {
            $0.exchanges.success
        }
    }

    private mutating func counter(
        _ name: String, _ help: String, _ versions: [VersionMetrics], _ value: (VersionMetrics) -> Int
    ) {
        family(name, .counter, help)
        for version in versions { sample(name, .counter, version.labels, value(version)) }
    }

    private mutating func times(
        _ name: String, _ help: String, _ versions: [VersionMetrics], _ times: (VersionMetrics) -> LatencyHistogram
    ) {
        family(name, .histogram, help + " Seconds.")
        for version in versions {
            let histogram = times(version)
            let bounds = LatencyHistogram.bounds.map { Double($0) / 1e9 }
            self.histogram(
                name, version.labels, buckets: zip(bounds, histogram.cumulative).map { ($0, $1) },
                sum: Double(histogram.nanoseconds) / 1e9, count: histogram.count)
        }
    }

    /// The same counters under the names of Triton, whose dashboards and autoscalers then work. They keep to no
    /// convention of OpenMetrics, and so stand in the text format only.
    mutating func appendTritonNames(_ versions: [VersionMetrics]) {
        triton("request_success", "counter", "Answered requests", versions) {
            $0.exchanges.success.count.metricText
        }
        triton("count", "counter", "Rows of answered requests", versions) { $0.statistics.rows.metricText }
        triton("exec_count", "counter", "Runs of the engine", versions) { $0.statistics.executions.metricText }
        triton("pending_request_count", "gauge", "Requests that wait", versions) {
            $0.statistics.queuedRequests.metricText
        }
        tritonDuration("request", "Whole requests", versions) { $0.exchanges.success }
        tritonDuration("queue", "Waiting for a batch", versions) { $0.statistics.queue }
        tritonDuration("compute_input", "Putting batches together", versions) { $0.statistics.batchWait }
        tritonDuration("compute_infer", "Computing", versions) { $0.statistics.compute }
        tritonDuration("compute_output", "Writing answers", versions) { $0.exchanges.serialise }
        append("# HELP nv_inference_request_failure Requests that got no answer.\n")
        append("# TYPE nv_inference_request_failure counter\n")
        for version in versions {
            let rejections = version.statistics.rejections
            let rejected = rejections.queueFull + rejections.tooManyRows + rejections.shuttingDown
            let reasons = [
                ("REJECTED", rejected), ("CANCELED", rejections.cancelled), ("BACKEND", rejections.failed),
                ("OTHER", rejections.deadlineExceeded + version.exchanges.unwritten),
            ]
            for (reason, count) in reasons {
                line("nv_inference_request_failure", version.labels.adding("reason", reason), count.metricText)
            }
        }
    }

    private mutating func tritonDuration(
        _ name: String, _ help: String, _ versions: [VersionMetrics], _ times: (VersionMetrics) -> LatencyHistogram
    ) {
        triton("\(name)_duration_us", "counter", help + ", microseconds in all", versions) { version in
            (times(version).nanoseconds / 1000).metricText
        }
    }

    private mutating func triton(
        _ name: String, _ type: String, _ help: String, _ versions: [VersionMetrics],
        _ value: (VersionMetrics) -> String
    ) {
        append("# HELP nv_inference_\(name) \(help).\n# TYPE nv_inference_\(name) \(type)\n")
        for version in versions { line("nv_inference_\(name)", version.labels, value(version)) }
    }
}
