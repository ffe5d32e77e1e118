import Graphs
import HTTP
import JSON
import Serving
import Tensors

/// Writes an answer of the Open Inference Protocol: JSON, and behind it the outputs that are sent as bytes.
struct OpenInferenceWriter: Sendable {
    /// One output as it is sent.
    private enum Contents {
        case numbers(Tensor, TensorDatatype)
        case texts([String])
    }

    private struct Output {
        let name: String
        let shape: [Int]
        let contents: Contents
        let binary: [UInt8]?

        var datatype: TensorDatatype {
            switch contents {
            case .numbers(_, let datatype): datatype
            case .texts: .bytes
            }
        }
    }

    let version: ModelVersion
    let id: String?
    /// nil for all of them.
    let outputs: [OpenInferenceRequest.Output]?
    let isBinary: Bool

    /// - Throws: `APIError.notFinite` for a number that JSON has no form for, `.field` for classes of what has none.
    func response(_ inference: InferenceResponse) throws(APIError) -> HTTPResponse {
        let wanted = outputs ?? version.outputs.map { OpenInferenceRequest.Output(name: $0.name) }
        let made = try wanted.enumerated().map { place, output throws(APIError) in
            try make(output, "outputs[\(place)]", inference)
        }
        var writer = JSONWriter(
            capacity: 256 + made.reduce(0) { $0 + ($1.binary == nil ? $1.shape.reduce(14, *) * 14 : 128) })
        write(made, to: &writer)
        guard made.contains(where: { $0.binary != nil }) else {
            return HTTPResponse(status: .ok, contentType: "application/json", body: writer.bytes)
        }
        var body = writer.bytes
        let length = HTTPResponse.Field("Inference-Header-Content-Length", String(body.count))
        body.reserveCapacity(body.count + made.reduce(0) { $0 + ($1.binary?.count ?? 0) })
        for output in made { body += output.binary ?? [] }
        return HTTPResponse(status: .ok, contentType: "application/octet-stream", fields: [length], body: body)
    }

    private func make(
        _ output: OpenInferenceRequest.Output, _ place: String, _ inference: InferenceResponse
    ) throws(APIError) -> Output {
        guard let index = version.outputs.firstIndex(where: { $0.name == output.name }) else {
            preconditionFailure("names of outputs are checked when a request is read")
        }
        let tensor = inference.outputs[index]
        let isBinary = output.isBinary ?? isBinary
        if let count = output.classCount {
            let (texts, shape) = try classes(of: tensor, count, place, isFirst: index == 0)
            return Output(
                name: output.name, shape: shape, contents: .texts(texts),
                binary: isBinary ? BinaryTensor.bytes(of: texts) : nil)
        }
        let datatype = TensorDatatype(version.outputs[index].dtype)
        if !isBinary, datatype.integerRange == nil { try checkFinite(tensor, output.name) }
        return Output(
            name: output.name, shape: tensor.shape.dimensions, contents: .numbers(tensor, datatype),
            binary: isBinary ? BinaryTensor.bytes(of: tensor, datatype) : nil)
    }

    private func checkFinite(_ tensor: Tensor, _ name: String) throws(APIError) {
        for index in 0..<tensor.elementCount where unsafe !tensor.storage.floats[index].isFinite {
            throw .notFinite(output: name, index: index, value: unsafe "\(tensor.storage.floats[index])")
        }
    }

    /// `"<score>:<index>[:<label>]"` of the likeliest classes of each row, the score with six decimals as Triton writes it.
    private func classes(
        of tensor: Tensor, _ limit: Int, _ place: String, isFirst: Bool
    ) throws(APIError) -> (texts: [String], shape: [Int]) {
        guard let scores = ClassScores(tensor, isFirst ? version.classNames : []) else {
            throw .field(
                FieldError(
                    path: place + ".parameters.classification", expected: "an output [rows, classes]",
                    found: "an output \(tensor.shape)"))
        }
        let count = min(limit, scores.count)
        let texts = (0..<tensor.shape[0]).flatMap { row in
            scores.best(row, count).map { index in
                let score = SixDecimals.text(of: scores.score(row, index))
                return "\(score):\(index)" + (scores.label(index).map { ":" + $0 } ?? "")
            }
        }
        return (texts, [tensor.shape[0], count])
    }

    private func write(_ outputs: [Output], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("model_name")
        writer.append(version.modelName)
        writer.key("model_version")
        writer.append(String(version.number))
        if let id {
            writer.key("id")
            writer.append(id)
        }
        writer.key("outputs")
        writer.beginArray()
        for output in outputs { write(output, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ output: Output, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.append(output.name)
        writer.key("datatype")
        writer.append(output.datatype.rawValue)
        writer.key("shape")
        writer.append(JSONValue(output.shape))
        if let binary = output.binary {
            writer.key("parameters")
            writer.append(["binary_data_size": .integer(binary.count)])
        } else {
            writer.key("data")
            switch output.contents {
            case .texts(let texts): writer.append(JSONValue(texts))
            case .numbers(let tensor, let datatype):
                unsafe writer.appendElements(tensor.storage.floats, shape: [tensor.elementCount], datatype)
            }
        }
        writer.endObject()
    }
}
