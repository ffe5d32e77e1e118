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
    func response(_ outputs: [OutputRows], _ format: AnswerFormat) throws(APIError) -> HTTPResponse {
        let scores = ClassScores(outputs, version)
        if topCount != nil, scores == nil {
            throw .query("top_k", expected: "a model whose first output is [rows, classes]")
        }
        switch format {
        case .json: return json(outputs, scores)
        case .npy:
            return HTTPResponse(
                status: .ok, contentType: "application/x-npy", fields: names,
                body: NpyWriter.bytes(of: stored(try only(outputs))))
        case .floats:
            let tensor = try only(outputs)
            let bytes = unsafe UnsafeRawBufferPointer(start: tensor.storage.base, count: tensor.storage.byteCount)
            return HTTPResponse(
                status: .ok, contentType: "application/octet-stream", fields: names, body: unsafe [UInt8](bytes))
        }
    }

    private var names: [HTTPResponse.Field] {
        [.init("Model-Name", version.modelName), .init("Model-Version", String(version.number))]
    }

    private func only(_ outputs: [OutputRows]) throws(APIError) -> Tensor {
        guard outputs.count == 1 else { throw .notAcceptable("\(outputs.count) outputs") }
        guard let tensor = outputs[0].tensor else { throw .notAcceptable("rows of different sizes") }
        return tensor
    }

    /// The only output in its own element type.
    private func stored(_ tensor: Tensor) -> Tensor {
        let dtype = version.outputs[0].dtype
        guard dtype != .float32 else { return tensor }
        let bytes = BinaryTensor.bytes(of: tensor, TensorDatatype(dtype))
        let storage = AlignedStorage(unfilledByteCount: bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: bytes.count).copyBytes(from: bytes)
        return Tensor(dtype: dtype, shape: tensor.shape, storage: storage)
    }

    private func json(_ outputs: [OutputRows], _ scores: ClassScores?) -> HTTPResponse {
        let numbers = outputs.reduce(0) { $0 + $1.elementCount }
        return .json(capacity: 128 + numbers * 14) { writer in
            writer.beginObject()
            writer.key(form == .columns ? "outputs" : "predictions")
            if outputs.count == 1 {
                writer.append(outputs[0], version.outputs[0])
            } else if form == .columns {
                appendColumns(outputs, &writer)
            } else {
                appendObjects(outputs, &writer)
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
    private func appendColumns(_ outputs: [OutputRows], _ writer: inout JSONWriter) {
        writer.beginObject()
        for (signature, output) in zip(version.outputs, outputs) {
            writer.key(signature.name)
            writer.append(output, signature)
        }
        writer.endObject()
    }

    /// One object for each row, with the model's outputs by name.
    private func appendObjects(_ outputs: [OutputRows], _ writer: inout JSONWriter) {
        writer.beginArray()
        for row in 0..<(outputs.first?.rows ?? 0) {
            writer.beginObject()
            for (signature, output) in zip(version.outputs, outputs) {
                writer.key(signature.name)
                writer.append(output, row: row, signature)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    // MARK: Classes and values

    /// `{"results": [[[label, score], …], …]}`
    /// - Throws: `APIError.notClasses`.
    func classifications(_ outputs: [OutputRows]) throws(APIError) -> HTTPResponse {
        guard let scores = ClassScores(outputs, version) else { throw .verb("classify", "[rows, classes]") }
        return .json(capacity: 64 + outputs[0].elementCount * 24) { writer in
            writer.beginObject()
            writer.key("results")
            scores.appendResults(&writer)
            writer.endObject()
        }
    }

    /// `{"results": [value, …]}`
    /// - Throws: `APIError.notValues`.
    func regressions(_ outputs: [OutputRows]) throws(APIError) -> HTTPResponse {
        guard let output = outputs.first?.tensor, output.elementCount == output.shape[0] else {
            throw .verb("regress", "[rows] or [rows, 1]")
        }
        return .json(capacity: 64 + output.elementCount * 14) { writer in
            writer.beginObject()
            writer.key("results")
            unsafe writer.appendTensor(output.storage.floats, shape: [output.elementCount])
            writer.endObject()
        }
    }
}

extension JSONWriter {
    /// A list of rows.
    fileprivate mutating func append(_ output: OutputRows, _ signature: TensorSignature) {
        switch output {
        case .equal(let tensor):
            unsafe appendElements(
                tensor.storage.floats, shape: tensor.shape.dimensions[...], TensorDatatype(signature.dtype))
        case .varying(let rows):
            beginArray()
            for row in rows.indices { append(output, row: row, signature) }
            endArray()
        }
    }

    /// One row.
    fileprivate mutating func append(_ output: OutputRows, row: Int, _ signature: TensorSignature) {
        let (tensor, index) = output.row(row)
        let shape = tensor.shape.dimensions.dropFirst()
        unsafe appendElements(
            tensor.storage.floats + index * shape.reduce(1, *), shape: shape, TensorDatatype(signature.dtype))
    }
}
