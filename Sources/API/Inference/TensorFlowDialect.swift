import HTTP
import Serving

/// The dialect of TensorFlow Serving and of KServe's first version, and bodies that are no JSON.
struct TensorFlowDialect: InferenceDialect {
    /// What is asked for.
    enum Verb: String, CaseIterable, Sendable {
        case predict, classify, regress
    }

    let verb: Verb

    func read(_ body: UnsafeRawBufferPointer, _ call: InferenceCall) throws(APIError) -> InferenceWork {
        let (request, form) = unsafe try readRows(body, call.fields.format, call)
        let writer = PredictResponseWriter(version: call.version, form: form, topCount: call.fields.topCount)
        let (verb, format) = (verb, call.fields.answer)
        let write: InferenceWork.Write<[OutputRows]> = { outputs throws(APIError) in
            switch verb {
            case .predict: try writer.response(outputs, format)
            case .classify: try writer.classifications(outputs)
            case .regress: try writer.regressions(outputs)
            }
        }
        switch request {
        case .varying(let groups): return .varying(groups, write: write)
        case .equal(let request):
            return .equal(request) { response throws(APIError) in
                try write(response.outputs.map(OutputRows.equal))
            }
        }
    }

    private func readRows(
        _ body: UnsafeRawBufferPointer, _ format: BodyFormat, _ call: InferenceCall
    ) throws(APIError) -> (request: RowsRequest, form: PredictRequestReader.Form) {
        let reader = PredictRequestReader(version: call.version, limits: call.limits, isPredict: verb == .predict)
        switch format {
        case .json: return unsafe try reader.read(body, call.conditions)
        case .csv:
            return try readInstances(
                unsafe try CSVBody(version: call.version, limits: call.limits).json([UInt8](body)), call)
        case .jsonLines: return try readInstances(unsafe JSONLinesBody.json(body), call)
        case .multipart(let boundary):
            let parts = unsafe try MultipartBody([UInt8](body), boundary: boundary, limit: call.limits.maximumRows)
                .parts
            if let files = MultipartBody.images(parts) { return try assemble([TensorBody.images(files)], call) }
            let (bytes, format) = try MultipartBody.only(parts)
            return try unsafe bytes.withRawBytes { bytes throws(APIError) in
                unsafe try readRows(bytes, format, call)
            }
        default: return try assemble(unsafe TensorBody(version: call.version).tensors(body, format), call)
        }
    }

    /// Reads what was made a predict request in JSON, whatever the verb.
    private func readInstances(
        _ json: [UInt8], _ call: InferenceCall
    ) throws(APIError) -> (request: RowsRequest, form: PredictRequestReader.Form) {
        let reader = PredictRequestReader(version: call.version, limits: call.limits)
        return try unsafe json.withRawBytes { bytes throws(APIError) in unsafe try reader.read(bytes, call.conditions) }
    }

    private func assemble(
        _ tensors: [InputTensor], _ call: InferenceCall
    ) throws(APIError) -> (request: RowsRequest, form: PredictRequestReader.Form) {
        let assembler = TensorAssembler(version: call.version, limits: call.limits)
        return (.equal(try assembler.request(tensors, call.conditions)), .rows)
    }
}
