import JSON

/// The JSON document of a request.
enum JSONBody {
    /// The largest document: an architecture with its weights elsewhere is a few kilobytes. Bytes.
    private static let limit = 4 << 20

    /// Refuses a body that says that it is something else.
    /// - Throws: `APIError.contentCoding` or `.mediaType`.
    static func check(_ request: ControlRequest) throws(APIError) {
        if let coding = request.contentCoding, coding.lowercased() != "identity" { throw .contentCoding(coding) }
        switch request.mediaType {
        case nil, "", "application/json", "application/x-www-form-urlencoded", "text/json", "text/plain": break
        case let type?:
            guard type.hasSuffix("+json") else { throw .mediaType(type) }
        }
    }

    /// Reads the document.
    /// - Throws: `APIError.contentCoding`, `.mediaType`, `.body`, `.tensor` or `.field`.
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
