import HTTP
import Jobs
import Network
import Serving
import Training

/// `/metrics`: what Prometheus asks. Takes milliseconds with a thousand models, and so runs off the event loops.
struct MetricsResource: Sendable {
    let repository: ModelRepository
    let counters: HTTPCounters
    let connections: ConnectionGauge
    let training: TrainingService?
    private let started = ProcessStatistics.unixSeconds()

    init(
        repository: ModelRepository, counters: HTTPCounters, connections: ConnectionGauge, training: TrainingService?
    ) {
        self.repository = repository
        self.counters = counters
        self.connections = connections
        self.training = training
    }

    /// Everything, in the format the client asks for.
    func page(accept: String?) -> HTTPResponse {
        let format = MetricsWriter.Format(accept: accept)
        var writer = MetricsWriter(format: format)
        let versions = repository.loadedVersions.map { VersionMetrics($0) }
        writer.appendInference(versions)
        if format == .text { writer.appendTritonNames(versions) }
        writer.appendModels(repository.index())
        appendHTTP(&writer)
        appendJobs(&writer)
        appendProcess(&writer)
        writer.finish()
        return HTTPResponse(
            status: .ok, contentType: format.contentType, fields: [.init("Vary", "Accept")], body: writer.bytes)
    }

    private func appendHTTP(_ writer: inout MetricsWriter) {
        writer.family("apus_http_requests", .counter, "Answered requests by resource and class of status.")
        for (group, statusClass, count) in counters.totals {
            let labels = MetricLabels(["route": group.label, "status": statusClass])
            writer.sample("apus_http_requests", .counter, labels, count)
        }
        writer.family("apus_http_connections", .gauge, "Open connections.")
        writer.sample("apus_http_connections", .gauge, connections.connections)
        writer.family("apus_http_accepted_connections", .counter, "Connections accepted since the start.")
        writer.sample("apus_http_accepted_connections", .counter, connections.accepted)
        writer.family("apus_http_requests_in_flight", .gauge, "Requests that wait for their answer.")
        writer.sample("apus_http_requests_in_flight", .gauge, connections.requests)
    }

    private func appendJobs(_ writer: inout MetricsWriter) {
        guard let parts = training?.openParts else { return }
        writer.family("apus_training_jobs", .gauge, "Training jobs by state.")
        for state in JobState.allCases {
            guard let count = try? parts.jobs.store.count(state) else { continue }
            writer.sample("apus_training_jobs", .gauge, MetricLabels(["state": state.rawValue]), count)
        }
    }

    private func appendProcess(_ writer: inout MetricsWriter) {
        let process = ProcessStatistics.now()
        writer.family("process_resident_memory_bytes", .gauge, "Resident memory. Bytes.")
        writer.sample("process_resident_memory_bytes", .gauge, process.residentBytes)
        writer.family("process_cpu_seconds", .counter, "Processor time of all threads. Seconds.")
        writer.sample("process_cpu_seconds", .counter, process.cpuSeconds)
        writer.family("process_start_time_seconds", .gauge, "When the process started. Seconds since 1970.")
        writer.sample("process_start_time_seconds", .gauge, started)
        writer.family("apus_build", .info, "The version of Apus.")
        writer.sample("apus_build", .info, MetricLabels(["version": ApusVersion.text]), 1)
    }
}

extension MetricsWriter {
    fileprivate mutating func sample(_ name: String, _ kind: Kind, _ value: some MetricValue) {
        sample(name, kind, MetricLabels(), value)
    }

    /// The state of every version, and what loading it took.
    fileprivate mutating func appendModels(_ index: [VersionStatus]) {
        let labelled = index.map { status in
            (
                status,
                MetricLabels(["model": status.model, "version": status.version.map(String.init) ?? ""])
            )
        }
        family("apus_model_state", .gauge, "1 for the state a version is in, 0 for the others.")
        for (status, labels) in labelled {
            for state in VersionState.allCases {
                sample(
                    "apus_model_state", .gauge, labels.adding("state", state.rawValue), status.state == state ? 1 : 0)
            }
        }
        family("apus_model_serving", .gauge, "1 for the version that answers when none is named.")
        for (status, labels) in labelled { sample("apus_model_serving", .gauge, labels, status.isServing ? 1 : 0) }
        family("apus_model_load_seconds", .gauge, "How long the version took to load and to be checked. Seconds.")
        for (status, labels) in labelled {
            guard let load = status.load else { continue }
            sample("apus_model_load_seconds", .gauge, labels, load.totalMilliseconds / 1000)
        }
        guard format == .text else { return }
        append("# HELP nv_model_load_duration_secs As apus_model_load_seconds.\n")
        append("# TYPE nv_model_load_duration_secs gauge\n")
        for (status, labels) in labelled {
            guard let load = status.load else { continue }
            line("nv_model_load_duration_secs", labels, (load.totalMilliseconds / 1000).metricText)
        }
    }
}
