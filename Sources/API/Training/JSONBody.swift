import JSON
import Network

/// The JSON document of a request.
enum JSONBody {
    /// The largest document: an architecture with its weights elsewhere is a few kilobytes. Bytes.
    private static let limit = 4 << 20

    /// Refuses a body that says that it is something else.
    /// - Throws: `APIError.compressed` or `.mediaType`.
    static func check(_ request: ControlRequest) throws(APIError) {
        try check(coding: request.contentCoding, type: request.contentType)
    }

    /// As above.
    static func check(_ request: borrowing HTTPRequest) throws(APIError) {
        try check(coding: request.value(of: "content-encoding"), type: request.value(of: "content-type"))
    }

    private static func check(coding: String?, type: String?) throws(APIError) {
        if let coding, coding.lowercased() != "identity" { throw .compressed(coding) }
        guard let type, try BodyFormat(contentType: type) != .json else { return }
        throw .notJSON(type)
    }

    /// Reads the document.
    /// - Throws: `APIError.compressed`, `.mediaType`, `.body`, `.tensor` or `.field`.
    static func read(_ request: ControlRequest) throws(APIError) -> JSONValue {
        try check(request)
        guard !request.body.isEmpty else { throw .body("the body is empty; expected a JSON object") }
        guard request.body.count <= limit else {
            throw .body("expected a JSON object of at most \(limit) bytes, got \(request.body.count) bytes")
        }
        do {
            return try JSONValue(parsing: request.body)
        } catch let error as FieldError {
            throw .field(error)
        } catch let error as JSONError {
            throw .tensor(.syntax(path: "body", error))
        } catch {
            preconditionFailure("reading JSON throws no other errors")
        }
    }
}
