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
        let (version, fields, verb) = (call.version, call.fields, verb)
        let (request, form) = unsafe try readRows(body, call)
        return InferenceWork(request: request) { response throws(APIError) in
            let writer = PredictResponseWriter(version: version, form: form, topCount: fields.topCount)
            return switch verb {
            case .predict: try writer.response(response, fields.answer)
            case .classify: try writer.classifications(response)
            case .regress: try writer.regressions(response)
            }
        }
    }

    private func readRows(
        _ body: UnsafeRawBufferPointer, _ call: InferenceCall
    ) throws(APIError) -> (request: InferenceRequest, form: PredictRequestReader.Form) {
        let reader = PredictRequestReader(version: call.version, limits: call.limits, isPredict: verb == .predict)
        switch call.fields.format {
        case .json: return unsafe try reader.read(body, call.conditions)
        case .csv:
            let json = unsafe try CSVBody(version: call.version, limits: call.limits).json([UInt8](body))
            let rows = PredictRequestReader(version: call.version, limits: call.limits)
            return try unsafe json.withRawBytes { bytes throws(APIError) in
                unsafe try rows.read(bytes, call.conditions)
            }
        default:
            let tensors = unsafe try TensorBody(version: call.version).tensors(body, call.fields.format)
            let assembler = TensorAssembler(version: call.version, limits: call.limits)
            return (try assembler.request(tensors, call.conditions), .rows)
        }
    }
}
