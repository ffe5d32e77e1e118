import Graphs
import JSON
import Preprocessing
import Serving

/// Reads a body of TensorFlow Serving's REST API straight into the float storage the engine computes from:
/// `{"instances": […]}` (rows), `{"inputs": …}` (whole inputs), or `{"examples": […], "context": {…}}` to classify and
/// to regress.
///
/// An instance is the value of the model's input, or an object of values by input name; or, for a version that
/// preprocesses, a row as the dataset had it.
struct PredictRequestReader {
    /// Which members hold the rows.
    enum Form {
        case rows, columns, examples

        var field: String {
            switch self {
            case .rows: "instances"
            case .columns: "inputs"
            case .examples: "examples"
            }
        }
    }

    let version: ModelVersion
    let limits: APILimits
    /// Whether the request is one for predictions; else for classes or values.
    var isPredict = true

    /// - Returns: The request, and how its rows were written.
    /// - Throws: `APIError.body`, `.tensor`, `.instance`, `.field` or `.serving`, naming the place in the body.
    func read(
        _ body: UnsafeRawBufferPointer, _ conditions: RequestConditions
    ) throws(APIError) -> (request: RowsRequest, form: Form) {
        guard unsafe !body.isEmpty else {
            throw .body("the body is empty; expected {\"\(isPredict ? "instances" : "examples")\": […]}")
        }
        var reader = unsafe JSONReader(body)
        do {
            return try read(&reader, conditions)
        } catch {
            if let mediaType = unsafe BodyFormat.mediaType(ofFile: body) {
                throw .body("body: expected JSON, got what begins as a file of \(mediaType); say so in Content-Type")
            }
            throw APIError(reading: error)
        }
    }

    private func read(
        _ reader: inout JSONReader, _ conditions: RequestConditions
    ) throws -> (request: RowsRequest, form: Form) {
        var policy = SchedulePolicy()
        var rows: (any InstanceRows)?
        var form = Form.rows
        var examples: JSONReader?
        var context: JSONValue?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "instances" where isPredict, "inputs" where isPredict:
                guard rows == nil else { throw Self.repeated(key, other: form.field) }
                form = key == "inputs" ? .columns : .rows
                rows = try readRows(&reader, form)
            case "examples" where !isPredict:
                guard examples == nil else { throw Self.repeated(key, other: key) }
                examples = reader
                try reader.skipValue()
            case "context" where !isPredict:
                context = try reader.readNullIfPresent() ? nil : JSONValue(reading: &reader, path: key)
            case "signature_name": try Self.checkSignature(&reader)
            case "parameters": try policy.readParameters(&reader)
            case "id": _ = try reader.skipValue()
            default: throw unknown(key)
            }
        }
        try reader.finish()
        if var examples {
            form = .examples
            rows = try ExampleReader(version: version, limits: limits, context: context).rows(&examples) {
                try readRows(&$0, .examples)
            }
        }
        guard let rows else {
            throw APIError.body("the member \"\(isPredict ? "instances" : "examples")\" is missing")
        }
        var conditions = conditions
        policy.apply(to: &conditions, version)
        return (try rows.request(conditions), form)
    }

    private func readRows(_ reader: inout JSONReader, _ form: Form) throws -> any InstanceRows {
        if let preprocessing = version.preprocessing {
            let rows = PreprocessedRows(
                version: version, rowPreprocessing: preprocessing, limits: limits, field: form.field)
            return try readRows(&reader, form, rows)
        }
        if let images = version.imagePreprocessing, try startsWithFile(reader) {
            let rows = PreprocessedRows(
                version: version, rowPreprocessing: images, limits: limits, field: form.field, isFilesOnly: true)
            return try readRows(&reader, form, rows)
        }
        return try readRows(&reader, form, TensorRows(version: version, limits: limits, field: form.field))
    }

    /// Whether the first row is a file in base64, as an object of TensorFlow's form, with or without the input's name in
    /// front of it or of all rows; looks ahead with a copy of the reader.
    private func startsWithFile(_ reader: JSONReader) throws -> Bool {
        let name = version.inputs[0].name
        var ahead = reader
        if try ahead.peek() == .object {
            try ahead.beginObject()
            guard try ahead.nextKey() == name else { return false }
        }
        guard try ahead.peek() == .array else { return false }
        try ahead.beginArray()
        guard try ahead.nextElement(), try ahead.peek() == .object else { return false }
        try ahead.beginObject()
        var key = try ahead.nextKey()
        if key == name, try ahead.peek() == .object {
            try ahead.beginObject()
            key = try ahead.nextKey()
        }
        return try key == "b64" && ahead.peek() == .string
    }

    private func readRows(
        _ reader: inout JSONReader, _ form: Form, _ rows: some InstanceRows
    ) throws -> any InstanceRows {
        var rows = rows
        if form == .columns { try rows.readColumns(&reader) } else { try rows.read(&reader) }
        return rows
    }

    private static func repeated(_ key: String, other: String) -> APIError {
        .body(key == other ? "\"\(key)\" is given twice" : "expected \"instances\" or \"inputs\", got both")
    }

    private func unknown(_ key: String) -> APIError {
        let expected = isPredict ? "\"instances\" or \"inputs\"" : "\"examples\" and optionally \"context\""
        return .body(
            "unknown member \"\(key)\"; expected \(expected) and optionally \"signature_name\", \"parameters\" or \"id\""
        )
    }

    /// A model has one signature, which goes by the name that TensorFlow gives it.
    private static func checkSignature(_ reader: inout JSONReader) throws {
        if try reader.readNullIfPresent() { return }
        let name = try reader.readString()
        guard name.isEmpty || name == "serving_default" else {
            throw FieldError(
                path: "signature_name", expected: "\"serving_default\" or none", found: "\"\(name.prefix(80))\"")
        }
    }
}
