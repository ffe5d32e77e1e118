import Graphs
import HTTP
import JSON
import ModelFormats
import Serving
import Tensors

/// Writes an answer as TensorFlow Serving does: `{"predictions": […], …}` to rows, `{"outputs": …, …}` to whole inputs;
/// or as bare numbers.
struct PredictResponseWriter: Sendable {
    let version: ModelVersion
    let form: PredictRequestReader.Form
    /// How many of the likeliest classes to name; nil for no list.
    let topCount: Int?

    /// - Throws: `APIError.query` for a list of classes of what has none, `.notAcceptable`.
    func response(_ inference: InferenceResponse, _ format: AnswerFormat) throws(APIError) -> HTTPResponse {
        let scores = ClassScores(inference, version)
        if topCount != nil, scores == nil {
            throw .query("top_k", expected: "a model whose first output is [rows, classes]")
        }
        switch format {
        case .json: return json(inference, scores)
        case .npy:
            return HTTPResponse(
                status: .ok, contentType: "application/x-npy", fields: names,
                body: NpyWriter.bytes(of: try only(inference)))
        case .floats:
            let tensor = try only(inference)
            let bytes = unsafe UnsafeRawBufferPointer(start: tensor.storage.base, count: tensor.storage.byteCount)
            return HTTPResponse(
                status: .ok, contentType: "application/octet-stream", fields: names, body: unsafe [UInt8](bytes))
        }
    }

    private var names: [HTTPResponse.Field] {
        [.init("Model-Name", version.modelName), .init("Model-Version", String(version.number))]
    }

    private func only(_ inference: InferenceResponse) throws(APIError) -> Tensor {
        guard inference.outputs.count == 1 else { throw .notAcceptable(outputs: inference.outputs.count) }
        return inference.outputs[0]
    }

    private func json(_ inference: InferenceResponse, _ scores: ClassScores?) -> HTTPResponse {
        let numbers = inference.outputs.reduce(0) { $0 + $1.elementCount }
        return .json(capacity: 128 + numbers * 14) { writer in
            writer.beginObject()
            writer.key(form == .columns ? "outputs" : "predictions")
            if inference.outputs.count == 1 {
                let tensor = inference.outputs[0]
                unsafe writer.appendTensor(tensor.storage.floats, shape: tensor.shape.dimensions)
            } else if form == .columns {
                appendColumns(inference.outputs, &writer)
            } else {
                appendObjects(inference.outputs, &writer)
            }
            if let scores {
                scores.appendNames(&writer)
                if let topCount { scores.appendTop(topCount, &writer) }
            }
            writer.key("model_name")
            writer.append(version.modelName)
            writer.key("model_version")
            writer.append(String(version.number))
            writer.endObject()
        }
    }

    /// One object with the model's whole outputs by name.
    private func appendColumns(_ outputs: [Tensor], _ writer: inout JSONWriter) {
        writer.beginObject()
        for (signature, tensor) in zip(version.outputs, outputs) {
            writer.key(signature.name)
            unsafe writer.appendTensor(tensor.storage.floats, shape: tensor.shape.dimensions)
        }
        writer.endObject()
    }

    /// One object for each row, with the model's outputs by name.
    private func appendObjects(_ outputs: [Tensor], _ writer: inout JSONWriter) {
        writer.beginArray()
        for row in 0..<(outputs.first?.shape[0] ?? 0) {
            writer.beginObject()
            for (signature, tensor) in zip(version.outputs, outputs) {
                let shape = Array(tensor.shape.dimensions.dropFirst())
                let size = shape.reduce(1, *)
                writer.key(signature.name)
                unsafe writer.appendTensor(tensor.storage.floats + row * size, shape: shape)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    // MARK: Classes and values

    /// `{"results": [[[label, score], …], …]}`
    /// - Throws: `APIError.notClasses`.
    func classifications(_ inference: InferenceResponse) throws(APIError) -> HTTPResponse {
        guard let scores = ClassScores(inference, version) else { throw .verb("classify", "[rows, classes]") }
        return .json(capacity: 64 + inference.outputs[0].elementCount * 24) { writer in
            writer.beginObject()
            writer.key("results")
            scores.appendResults(&writer)
            writer.endObject()
        }
    }

    /// `{"results": [value, …]}`
    /// - Throws: `APIError.notValues`.
    func regressions(_ inference: InferenceResponse) throws(APIError) -> HTTPResponse {
        guard let output = inference.outputs.first, output.elementCount == inference.rows else {
            throw .verb("regress", "[rows] or [rows, 1]")
        }
        return .json(capacity: 64 + inference.rows * 14) { writer in
            writer.beginObject()
            writer.key("results")
            unsafe writer.appendTensor(output.storage.floats, shape: [inference.rows])
            writer.endObject()
        }
    }
}
