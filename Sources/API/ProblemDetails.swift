import HTTP
import JSON

/// The one error body: RFC 9457 members, plus `error` (the detail again, where TensorFlow Serving's and Triton's
/// clients look for it) and `code` (a short name for programs).
struct ProblemDetails {
    let status: HTTPStatus
    let code: String
    let detail: String
    /// Names the request, so that a client and the log speak of the same one.
    let requestID: String?
    /// The field of the request that is at fault; nil when there is no one field.
    var field: String?

    /// The response with this body.
    ///
    /// `isProblemJSON` says whether to send RFC 9457's media type. The inference paths keep application/json, which
    /// the clients of their dialects expect.
    func response(isProblemJSON: Bool, fields: [HTTPResponse.Field] = []) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.append("/errors/" + code.replacingUnderscores)
        writer.key("title")
        writer.append(status.phrase)
        writer.key("status")
        writer.append(status.code)
        writer.key("detail")
        writer.append(detail)
        if let requestID {
            writer.key("instance")
            writer.append("/requests/" + requestID)
        }
        writer.key("error")
        writer.append(detail)
        writer.key("code")
        writer.append(code)
        if let field {
            writer.key("field")
            writer.append(field)
        }
        writer.endObject()
        return HTTPResponse(
            status: status, contentType: isProblemJSON ? "application/problem+json" : "application/json",
            fields: fields, body: writer.bytes)
    }

    /// The code for an error of the protocol itself.
    static func code(for status: HTTPStatus) -> String {
        String(status.phrase.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}

extension String {
    /// A code as part of a URI.
    fileprivate var replacingUnderscores: String {
        String(decoding: utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }
}
