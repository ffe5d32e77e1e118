import HTTP
import Network

/// What a resource of training needs of a request, copied, so that it can answer after the event loop has gone on.
struct ControlRequest: Sendable {
    let method: HTTPMethod
    let path: String
    let query: String?
    let body: [UInt8]
    let contentType: String?
    let contentCoding: String?
    let accept: String?
    let idempotencyKey: String?
    let lastEventID: String?
    let requestID: String?

    init(_ request: borrowing HTTPRequest) {
        method = request.method
        path = request.path
        query = request.query
        body = unsafe Array(request.body)
        contentType = request.value(of: "content-type")
        contentCoding = request.value(of: "content-encoding")
        accept = request.value(of: "accept")
        idempotencyKey = request.value(of: "idempotency-key")
        lastEventID = request.value(of: "last-event-id")
        requestID = request.value(of: "x-request-id")
    }

    /// The media type of the body in lower case, without parameters; nil when none was given.
    var mediaType: String? {
        contentType.map { type in
            String((type.split(separator: ";").first ?? "").lowercased().filter { $0 != " " && $0 != "\t" })
        }
    }
}
