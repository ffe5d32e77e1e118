import Graphs
import JSON
import Serving
import Tensors

extension JSONWriter {
    /// The members `version`, `state`, `reason` and `since` of a version, and `refused` when it is not what its files say
    /// now.
    mutating func appendState(_ status: VersionStatus) {
        key("version")
        if let version = status.version { append(String(version)) } else { appendNull() }
        key("state")
        append(status.state.rawValue)
        key("reason")
        append(status.reason)
        key("since")
        append(status.since)
        guard let refusal = status.refusal else { return }
        key("refused")
        beginObject()
        key("reason")
        append(refusal.reason)
        key("since")
        append(refusal.since)
        endObject()
    }

    /// The members `serving` and `labels` of a version.
    mutating func appendNames(_ status: VersionStatus) {
        key("serving")
        append(status.isServing)
        key("labels")
        append(JSONValue(status.labels))
    }

    /// The member `versions`: an object for each with its state and names.
    /// - Parameters:
    ///   - statuses: The versions.
    ///   - more: Writes further members of one.
    mutating func appendVersions(
        _ statuses: [VersionStatus], more: (VersionStatus, inout JSONWriter) -> Void = { _, _ in }
    ) {
        key("versions")
        beginArray()
        for status in statuses {
            beginObject()
            appendState(status)
            appendNames(status)
            more(status, &self)
            endObject()
        }
        endArray()
    }

    /// A version as TensorFlow Serving's model status API shows it.
    mutating func appendTensorFlowStatus(_ status: VersionStatus) {
        let (state, code) =
            switch status.state {
            case .ready: ("AVAILABLE", "OK")
            case .loading: ("LOADING", "OK")
            case .unavailable: ("END", "OK")
            case .failed: ("END", "FAILED_PRECONDITION")
            }
        beginObject()
        key("version")
        append(status.version.map(String.init) ?? "")
        key("state")
        append(state)
        key("status")
        beginObject()
        key("error_code")
        append(code)
        key("error_message")
        append(status.explanation)
        endObject()
        endObject()
    }

    /// The members that only a loaded version has.
    mutating func appendVersion(_ version: ModelVersion) {
        key("inputs")
        appendSignatures(version.inputs)
        key("outputs")
        appendSignatures(version.outputs)
        if let preprocessing = version.preprocessing?.preprocessing {
            key("instances")
            append(preprocessing.instancesJSON)
        }
        if let images = version.imagePreprocessing?.preprocessing, version.preprocessing == nil {
            key("images")
            append(images.filesJSON)
        }
        key("parameters")
        append(version.load.parameterCount)
        key("load")
        beginObject()
        key("milliseconds")
        append(version.load.totalMilliseconds)
        key("file_bytes")
        append(version.load.fileBytes)
        key("packed_bytes")
        append(version.load.packedBytes)
        key("golden_rows")
        append(version.load.goldenRows)
        endObject()
        let memory = version.memory
        key("memory")
        beginObject()
        key("weights_bytes")
        append(memory.weights)
        key("workspace_bytes")
        append(memory.workspaces)
        key("batch_bytes")
        append(memory.batches)
        key("total_bytes")
        append(memory.total)
        endObject()
        key("statistics")
        appendStatistics(version.statistics)
    }

    private mutating func appendSignatures(_ signatures: [TensorSignature]) {
        beginArray()
        for signature in signatures {
            beginObject()
            key("name")
            append(signature.name)
            key("datatype")
            append(TensorDatatype(signature.dtype).rawValue)
            key("shape")
            beginArray()
            for dimension in signature.dimensions { append(dimension.fixedValue ?? -1) }
            endArray()
            endObject()
        }
        endArray()
    }

    private mutating func appendStatistics(_ statistics: ServingStatistics) {
        beginObject()
        key("requests")
        append(statistics.requests)
        key("rows")
        append(statistics.rows)
        key("executions")
        append(statistics.executions)
        key("inline_executions")
        append(statistics.inlineExecutions)
        key("largest_execution")
        append(statistics.largestExecution)
        key("queue_nanoseconds")
        append(statistics.queueNanoseconds)
        key("compute_nanoseconds")
        append(statistics.computeNanoseconds)
        key("queued_rows")
        append(statistics.queuedRows)
        key("rejected")
        append(statistics.rejections.total)
        endObject()
    }
}
