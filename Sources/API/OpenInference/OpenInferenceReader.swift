import JSON
import Serving
import Tensors

/// Reads a request of the Open Inference Protocol: JSON, and behind it the tensors it announces as binary data.
struct OpenInferenceReader {
    let version: ModelVersion
    let limits: APILimits

    /// Most outputs and inputs that may be named.
    private static let maximumTensors = 4096

    /// - Parameters:
    ///   - body: All of it.
    ///   - headerLength: Bytes of the JSON; nil when the body is JSON as a whole, 0 when it is one tensor.
    /// - Returns: The request.
    /// - Throws: What is wrong, naming the place.
    func read(_ body: UnsafeRawBufferPointer, headerLength: Int?) throws(APIError) -> OpenInferenceRequest {
        if headerLength == 0 { return unsafe try raw(body) }
        let length = headerLength ?? body.count
        guard length <= body.count else {
            throw .field(
                FieldError(
                    path: "Inference-Header-Content-Length", expected: "at most the \(body.count) bytes of the body",
                    found: "\(length)"))
        }
        guard length > 0 else { throw .body("the body is empty; expected {\"inputs\": […]}") }
        var reader = unsafe JSONReader(UnsafeRawBufferPointer(rebasing: body[..<length]))
        do {
            let (request, inputs) = try read(&reader)
            return unsafe try add(inputs, to: request, UnsafeRawBufferPointer(rebasing: body[length...]))
        } catch {
            throw APIError(reading: error)
        }
    }

    /// A body that is the one input.
    private func raw(_ body: UnsafeRawBufferPointer) throws(APIError) -> OpenInferenceRequest {
        let input = unsafe try TensorBody(version: version).elements(body)
        return OpenInferenceRequest(inputs: [input], isBinary: true)
    }

    private func read(
        _ reader: inout JSONReader
    ) throws -> (request: OpenInferenceRequest, inputs: [OpenInferenceInput]) {
        var request = OpenInferenceRequest()
        var inputs: [OpenInferenceInput] = []
        guard try reader.peek() == .object else {
            throw APIError.body("expected an object {\"inputs\": […]}, got \(try reader.peek())")
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "id": request.id = try readText(&reader, key)
            case "parameters": try readParameters(&reader, into: &request)
            // KServe's client repeats what the path says.
            case "model_name", "model_version": _ = try readText(&reader, key)
            case "inputs":
                try readList(&reader, key) { reader, place in
                    var input = OpenInferenceInput(place: place, limits: limits)
                    try input.read(&reader)
                    inputs.append(input)
                }
            case "outputs":
                var outputs: [OpenInferenceRequest.Output] = []
                try readList(&reader, key) { reader, place in
                    outputs.append(try OpenInferenceOutputReader(version: version, place: place).read(&reader))
                }
                if !outputs.isEmpty { request.outputs = outputs }
            default:
                throw APIError.body(
                    "unknown member \"\(key)\"; expected \"inputs\" and optionally \"id\", \"parameters\" or \"outputs\""
                )
            }
        }
        try reader.finish()
        return (request, inputs)
    }

    private func readText(_ reader: inout JSONReader, _ key: String) throws -> String? {
        if try reader.readNullIfPresent() { return nil }
        guard try reader.peek() == .string else {
            throw FieldError(path: key, expected: "a text", found: "\(try reader.peek())")
        }
        return try reader.readString()
    }

    private func readList(
        _ reader: inout JSONReader, _ key: String, _ element: (inout JSONReader, String) throws -> Void
    ) throws {
        if try reader.readNullIfPresent() { return }
        guard try reader.peek() == .array else {
            throw FieldError(path: key, expected: "a list", found: "\(try reader.peek())")
        }
        var count = 0
        try reader.beginArray()
        while try reader.nextElement() {
            guard count < Self.maximumTensors else {
                throw FieldError(path: key, expected: "at most \(Self.maximumTensors) tensors", found: "more")
            }
            try element(&reader, "\(key)[\(count)]")
            count += 1
        }
    }

    private func readParameters(_ reader: inout JSONReader, into request: inout OpenInferenceRequest) throws {
        var isBinary = request.isBinary
        try request.policy.readParameters(&reader) { parameter, path in
            func error(_ expected: String) -> FieldError {
                FieldError(path: path, expected: expected, found: JSONFields.text(parameter.value))
            }
            switch parameter.name {
            case "binary_data_output":
                guard let value = parameter.value.bool else { throw error("true or false") }
                isBinary = value
            case "sequence_id" where parameter.value != .integer(0) && parameter.value != .string(""):
                throw error("0: this server keeps no state between requests")
            default: break
            }
        }
        request.isBinary = isBinary
    }

    /// Gives each input its elements.
    private func add(
        _ inputs: [OpenInferenceInput], to request: OpenInferenceRequest, _ binary: UnsafeRawBufferPointer
    ) throws -> OpenInferenceRequest {
        var request = request
        var place = 0
        for input in inputs {
            guard let size = input.binarySize else {
                unsafe request.inputs.append(try input.tensor(binary: nil))
                continue
            }
            guard size <= binary.count - place else {
                throw FieldError(
                    path: input.place + ".parameters.binary_data_size",
                    expected: "at most the \(binary.count - place) bytes that are left", found: "\(size)")
            }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: binary[place..<(place + size)])
            request.inputs.append(unsafe try input.tensor(binary: bytes))
            place += size
        }
        guard place == binary.count else {
            throw APIError.body(
                "expected \(place) bytes of binary data behind the JSON as the inputs say, got \(binary.count)")
        }
        return request
    }
}
