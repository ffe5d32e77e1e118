import Graphs
import JSON
import Serving
import Tensors

/// Reads `{"instances": […]}` straight into the float storage the engine computes from.
///
/// An instance is the value of the model's input, or an object of values by input name; or, for a version that
/// preprocesses, a row as the dataset had it.
struct PredictRequestReader {
    let version: ModelVersion
    let limits: APILimits

    /// - Throws: `APIError.body`, `.tensor` or `.serving`, naming the place in the body.
    func read(
        _ body: UnsafeRawBufferPointer, isCancelled: @escaping @Sendable () -> Bool
    ) throws(APIError) -> InferenceRequest {
        if let preprocessing = version.preprocessing {
            let rows = PreprocessedRows(version: version, rowPreprocessing: preprocessing, limits: limits)
            return unsafe try read(body, rows, isCancelled)
        }
        return unsafe try read(body, TensorRows(version: version, limits: limits), isCancelled)
    }

    private func read(
        _ body: UnsafeRawBufferPointer, _ rows: some InstanceRows, _ isCancelled: @escaping @Sendable () -> Bool
    ) throws(APIError) -> InferenceRequest {
        guard unsafe !body.isEmpty else {
            throw .body("the body is empty; expected {\"instances\": […]}")
        }
        var reader = unsafe JSONReader(body)
        var instances = rows
        do {
            var hasInstances = false
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "instances":
                    guard !hasInstances else { throw APIError.body("\"instances\" is given twice") }
                    hasInstances = true
                    try instances.read(&reader)
                case "signature_name", "parameters", "id": _ = try reader.skipValue()
                default:
                    throw APIError.body(
                        "unknown member \"\(key)\"; expected \"instances\" and optionally \"signature_name\", "
                            + "\"parameters\" or \"id\"")
                }
            }
            try reader.finish()
            guard hasInstances else { throw APIError.body("the member \"instances\" is missing") }
            return try instances.request(isCancelled: isCancelled)
        } catch let error as APIError {
            throw error
        } catch let error as TensorJSONError {
            throw .tensor(error)
        } catch let error as JSONError {
            throw .tensor(.syntax(path: "body", error))
        } catch let error as ServingError {
            throw .serving(error)
        } catch {
            preconditionFailure("the calls above throw no other errors")
        }
    }
}
