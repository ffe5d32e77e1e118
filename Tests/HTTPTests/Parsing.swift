import HTTP

/// What a test sees of one delivered request.
struct ParsedRequest: Equatable {
    var method: HTTPMethod
    var path: String
    var query: String?
    var fields: [String]
    var body: String
    var keepAlive: Bool
}

/// A connection's life: what was delivered, how often 100 was asked for, how it ended.
struct Transcript: Equatable {
    var requests: [ParsedRequest] = []
    var continues = 0
    /// Paths of requests whose body was dropped.
    var dropped: [String] = []
    /// Whether the end of such a body was not found.
    var isAbandoned = false
    var error: HTTPError?
    /// Bytes that belong to no complete request.
    var rest = 0
}

func text(_ bytes: [UInt8], _ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

/// Feeds pieces to a state machine as a connection would, and records its actions. The body of a request is dropped
/// when `drops` says so of its path.
func run(
    _ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits(), drops: (String) -> Bool = { _ in false }
) -> Transcript {
    var machine = ConnectionStateMachine(limits: limits)
    var buffer: [UInt8] = []
    var transcript = Transcript()
    feeding: for piece in pieces {
        buffer += piece
        while !buffer.isEmpty {
            var span = buffer.mutableSpan
            switch machine.advance(&span) {
            case .needMore(let keep, _):
                buffer.removeLast(buffer.count - keep)
                continue feeding
            case .expectBody(let awaitsContinue):
                let path = text(buffer, machine.head.path)
                if drops(path) {
                    transcript.dropped.append(path)
                    buffer.removeFirst(machine.head.byteCount)
                    machine.dropBody()
                } else if awaitsContinue {
                    transcript.continues += 1
                }
            case .drop(let count):
                buffer.removeFirst(count)
            case .deliver(let consumed):
                transcript.requests.append(record(machine, buffer))
                buffer.removeFirst(consumed)
            case .refuse(let error):
                transcript.error = error
                return transcript
            case .abandon:
                transcript.isAbandoned = true
                return transcript
            }
        }
    }
    transcript.rest = buffer.count
    return transcript
}

func run(_ message: String, limits: HTTPLimits = HTTPLimits()) -> Transcript {
    run([Array(message.utf8)], limits: limits)
}

private func record(_ machine: ConnectionStateMachine, _ buffer: [UInt8]) -> ParsedRequest {
    let head = machine.head
    return ParsedRequest(
        method: head.method, path: text(buffer, head.path), query: head.query.map { text(buffer, $0) },
        fields: head.fields.map { text(buffer, $0.name) + "=" + text(buffer, $0.value) },
        body: text(buffer, machine.body), keepAlive: head.keepAlive)
}
