import Graphs
import HTTP
import JSON
import Network
import Serving
import Tensors

/// `POST /v1/models/{m}/preprocess`: what the model sees of the rows of a predict request.
struct PreprocessResource: Sendable {
    let repository: ModelRepository
    let limits: APILimits

    /// `{"inputs": {name: {"shape", "data"}}, "model_name", "model_version"}`; `shape` has the rows first.
    func preprocess(_ model: String, _ version: Int?, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        try JSONBody.check(request)
        let found: ModelVersion
        do { found = try repository.version(of: model, version) } catch { throw .serving(error) }
        let inference = try read(request.body, found)
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

    private func read(_ body: [UInt8], _ version: ModelVersion) throws(APIError) -> InferenceRequest {
        let reader = PredictRequestReader(version: version, limits: limits)
        let conditions = RequestConditions(isCancelled: { false })
        let (request, form) = try unsafe body.withRawBytes { bytes throws(APIError) in
            unsafe try reader.read(bytes, conditions)
        }
        switch request {
        case .equal(let request): return request
        case .varying(let groups):
            throw .body(
                "\(form.field): expected rows of one shape, which make one tensor, got rows of \(groups.count) shapes")
        }
    }
}
