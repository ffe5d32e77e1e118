import HTTP
import Serving

/// The Open Inference Protocol, version 2, which Triton, KServe and others speak.
struct OpenInferenceDialect: InferenceDialect {
    func read(_ body: UnsafeRawBufferPointer, _ call: InferenceCall) throws(APIError) -> InferenceWork {
        let reader = OpenInferenceReader(version: call.version, limits: call.limits)
        let request = unsafe try reader.read(body, headerLength: call.fields.headerLength)
        var conditions = call.conditions
        request.policy.apply(to: &conditions, call.version)
        let assembler = TensorAssembler(version: call.version, limits: call.limits)
        let inference = try assembler.request(request.inputs, conditions)
        let writer = OpenInferenceWriter(
            version: call.version, id: request.id, outputs: request.outputs, isBinary: request.isBinary)
        return .equal(inference) { response throws(APIError) in try writer.response(response) }
    }
}
