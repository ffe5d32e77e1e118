import Dispatch
import HTTP
import Network
import Synchronization

/// Answers `/echo` at once, `/later` from another thread, `/big?n` with n bytes, keeps the responders of `/hold`
/// and the streams of `/stream`, and wants no body that comes to `/full`.
final class TestHandler: RequestHandler {
    private let held = Mutex<[Responder]>([])
    /// The streams of `/stream`.
    let streams = Mutex<[ResponseStream]>([])
    /// How often a request to `/full` was answered before its body had come.
    let earlyAnswers = Atomic<Int>(0)
    /// The ways back of all requests that are kept.
    var responders: [Responder] { held.withLock { $0 } }

    func handle(_ request: borrowing HTTPRequest, responder: Responder) {
        let body = Array(request.body)
        switch request.path {
        case "/echo":
            responder.send(Self.response(body))
        case "/later":
            DispatchQueue.global().async { responder.send(Self.response(body)) }
        case "/twice":
            responder.send(Self.response(Array("first".utf8)))
            responder.send(Self.response(Array("second".utf8)))
            DispatchQueue.global().async { responder.send(Self.response(Array("third".utf8))) }
        case "/hold":
            held.withLock { $0.append(responder) }
        case "/stream":
            var head = Self.response(body)
            head.fields = [.init("X-A", "b")]
            let stream = responder.stream(head)
            streams.withLock { $0.append(stream) }
        case "/big":
            let count = request.query.flatMap { Int($0) } ?? 0
            responder.send(Self.response((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }))
        case "/field":
            responder.send(Self.response(Array((request.value(of: "x-a") ?? "none").utf8)))
        default:
            responder.send(errorResponse(status: .notFound, detail: request.path))
        }
    }

    func earlyAnswer(to request: borrowing HTTPRequest) -> HTTPResponse? {
        guard request.path == "/full" else { return nil }
        earlyAnswers.add(1, ordering: .relaxed)
        return HTTPResponse(status: .tooManyRequests, contentType: "text/plain", body: Array("full".utf8))
    }

    func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: Array("{\"error\":\"\(detail)\"}".utf8))
    }

    static func response(_ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: .ok, contentType: "text/plain", body: body)
    }

    /// Answers all requests that are kept.
    func release(_ text: String) {
        let responders = held.withLock { held in
            defer { held = [] }
            return held
        }
        for responder in responders { responder.send(Self.response(Array(text.utf8))) }
    }
}
