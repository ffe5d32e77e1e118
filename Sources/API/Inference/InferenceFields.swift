import JSON
import Network
import Serving

/// What the head of a request says about how to read it and how to answer.
struct InferenceFields: Sendable {
    var format = BodyFormat.json
    var coding: ContentCoding?
    var answer = AnswerFormat.json
    /// How many of the likeliest classes to name; nil for no list.
    var topCount: Int?
    /// Bytes of the JSON in front of binary tensors; nil for a body that is JSON as a whole.
    var headerLength: Int?
    /// Microseconds after which the answer is of no use; nil for never.
    var timeout: Int?
    var priority = RequestPriority.normal

    private static let maximumTopCount = 1_000_000

    /// Of a request in the dialects of TensorFlow Serving and KServe.
    /// - Throws: `APIError.mediaType`, `.contentCoding` or `.query`.
    init(_ request: borrowing HTTPRequest) throws(APIError) {
        try readCommon(request)
        // Nearly every client sends this one.
        if request.hasValue("application/json", of: "content-type") == false,
            let type = request.value(of: "content-type")
        {
            format = try BodyFormat(contentType: type)
        }
        if request.hasValue("*/*", of: "accept") == false {
            answer = AnswerFormat(accept: request.value(of: "accept"))
        }
        if let query = request.query {
            topCount = try QueryParameters(query, known: ["top_k"])
                .integer("top_k", in: 1...Self.maximumTopCount)
        }
    }

    /// Of a request that says what its body is and nothing else.
    /// - Throws: `APIError.mediaType` or `.contentCoding`.
    init(contentType: String?, contentCoding: String?) throws(APIError) {
        if let contentType { format = try BodyFormat(contentType: contentType) }
        if let contentCoding { coding = try ContentCoding.of(contentCoding) }
    }

    /// Of a request in the Open Inference Protocol, where no media type counts.
    /// - Throws: `APIError.contentCoding`, or `.field` for a length that is no number.
    init(openInference request: borrowing HTTPRequest) throws(APIError) {
        try readCommon(request)
        guard let text = request.value(of: "inference-header-content-length") else { return }
        guard let length = Int(text), length >= 0 else {
            throw .field(
                FieldError(path: "Inference-Header-Content-Length", expected: "a number of bytes", found: text))
        }
        headerLength = length
    }

    private mutating func readCommon(_ request: borrowing HTTPRequest) throws(APIError) {
        if let field = request.value(of: "content-encoding") { coding = try ContentCoding.of(field) }
        if let text = request.value(of: "x-request-priority") {
            guard let priority = RequestPriority(word: text) ?? RequestPriority(digits: text) else {
                throw .field(
                    FieldError(path: "X-Request-Priority", expected: "high, normal or low", found: "\"\(text)\""))
            }
            self.priority = priority
        }
        guard let text = request.value(of: "x-request-timeout-ms") else { return }
        guard let milliseconds = Int(text), (1...86_400_000).contains(milliseconds) else {
            throw .field(
                FieldError(path: "X-Request-Timeout-Ms", expected: "milliseconds in 1...86400000", found: "\"\(text)\"")
            )
        }
        timeout = milliseconds * 1000
    }
}
