import Graphs
import HTTP
import JSON
import Network
import Serving
import Tensors

/// `POST /v1/models/{m}/preprocess`: what the model sees of a predict request, whatever its body is.
struct PreprocessResource: Sendable {
    let repository: ModelRepository
    let limits: APILimits

    /// `{"inputs": {name: {"shape", "data"}}, "model_name", "model_version"}`; `shape` has the rows first.
    func preprocess(_ model: String, _ version: Int?, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        let found: ModelVersion
        do { found = try repository.version(of: model, version) } catch { throw .serving(error) }
        let inference = try read(request, found)
        return .json(capacity: 1024) { writer in
            writer.beginObject()
            writer.key("inputs")
            writer.beginObject()
            for (signature, storage) in zip(found.inputs, inference.inputs) {
                let shape = signature.dimensions.enumerated().map { index, dimension in
                    index == 0 ? inference.rows : dimension.value(inference.bindings) ?? 0
                }
                writer.key(signature.name)
                writer.beginObject()
                writer.key("shape")
                writer.append(JSONValue(shape))
                writer.key("data")
                unsafe writer.appendTensor(storage.floats, shape: shape)
                writer.endObject()
            }
            writer.endObject()
            writer.key("model_name")
            writer.append(found.modelName)
            writer.key("model_version")
            writer.append(String(found.number))
            writer.endObject()
        }
    }

    private func read(_ request: ControlRequest, _ version: ModelVersion) throws(APIError) -> InferenceRequest {
        let fields = try InferenceFields(contentType: request.contentType, contentCoding: request.contentCoding)
        let call = InferenceCall(
            version: version, fields: fields, limits: limits, conditions: RequestConditions(isCancelled: { false }),
            received: version.now())
        let body =
            try fields.coding.map { coding throws(APIError) in try limits.inflated(request.body, coding) }
            ?? request.body
        let work = try unsafe body.withRawBytes { bytes throws(APIError) in
            unsafe try TensorFlowDialect(verb: .predict).read(bytes, call)
        }
        switch work {
        case .equal(let request, write: _): return request
        case .varying(let groups, write: _):
            throw .body("expected rows of one shape, which make one tensor, got rows of \(groups.count) shapes")
        }
    }
}
