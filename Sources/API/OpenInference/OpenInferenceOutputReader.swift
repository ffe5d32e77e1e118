import Graphs
import JSON
import Serving

/// Reads one of the `outputs` of a request.
struct OpenInferenceOutputReader {
    let version: ModelVersion
    /// `outputs[1]`
    let place: String

    /// Most classes; Triton refuses more, too.
    private static let maximumClassCount = 1_000_000

    func read(_ reader: inout JSONReader) throws -> OpenInferenceRequest.Output {
        var fields = try JSONFields(JSONValue(reading: &reader, path: place), path: place)
        var output = OpenInferenceRequest.Output()
        output.name = try fields.required("name", fields.string("name"))
        guard version.outputs.contains(where: { $0.name == output.name }) else {
            let names = version.outputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw fields.error("name", "one of the model's outputs \(names)", .string(output.name))
        }
        // A client may say which type and shape it expects; the answer tells what they are.
        _ = (fields.value("datatype"), fields.value("shape"))
        if let value = fields.value("parameters") {
            var parameters = try JSONFields(value, path: fields.path(of: "parameters"))
            output.isBinary = try parameters.bool("binary_data")
            output.classCount = try parameters.integer("classification", in: 0...Self.maximumClassCount)
            if output.classCount == 0 { output.classCount = nil }
            guard !parameters.has("shared_memory_region") else {
                throw parameters.error(
                    "shared_memory_region", "outputs in the answer; shared memory is not supported", "a region")
            }
        }
        try fields.finish()
        return output
    }
}
