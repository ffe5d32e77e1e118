import HTTP
import JSON

extension HTTPResponse {
    /// A JSON document. Numbers that are not finite are written as the words NaN, Infinity and -Infinity, which the
    /// clients of TensorFlow Serving expect.
    static func json(
        status: HTTPStatus = .ok, capacity: Int = 512, fields: [HTTPResponse.Field] = [],
        _ write: (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var writer = JSONWriter(capacity: capacity, nonFinitePolicy: .token)
        write(&writer)
        return HTTPResponse(status: status, contentType: "application/json", fields: fields, body: writer.bytes)
    }

    /// A document that is a tree. Numbers that are not finite are written as null.
    static func json(
        _ value: JSONValue, status: HTTPStatus = .ok, fields: [HTTPResponse.Field] = []
    ) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", fields: fields, body: value.bytes)
    }
}
