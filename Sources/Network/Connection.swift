import HTTP

/// What the loop knows of one connection: one object of about 140 bytes, and nothing else while it is idle.
final class Connection {
    /// What the connection is waiting for; decides which time limit holds.
    enum Phase: UInt8 {
        /// The next request.
        case idle
        /// The rest of a head.
        case head
        /// The rest of a body.
        case body
        /// The handler.
        case answer
        /// The peer, to take the response.
        case write
        /// The peer, to read a last answer and close.
        case linger
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// A request is with the handler.
        static let awaitsAnswer = Flags(rawValue: 1)
        /// Closes when the output is sent.
        static let closing = Flags(rawValue: 2)
        /// Before it closes, the peer's further bytes are read and dropped.
        static let lingers = Flags(rawValue: 4)
        /// Reading is off until the answer or the output has gone.
        static let readingPaused = Flags(rawValue: 8)
        /// Beyond the limit of connections: holds no place among them.
        static let surplus = Flags(rawValue: 16)
        /// An answer waits for the end of the round.
        static let answersWithRound = Flags(rawValue: 32)
        /// Its last request was a large one, so the next may be: served when nobody with a short one waits.
        static let bulk = Flags(rawValue: 64)
        /// Epoll knows it.
        static let watched = Flags(rawValue: 128)
    }

    /// The socket; closes with the connection.
    let descriptor: FileDescriptor
    /// Its name.
    let id: ConnectionID
    var flags: Flags = []
    var phase = Phase.idle
    /// What the answer to the request in hand looks like.
    var context = ResponseSerializer.Context()
    /// Number of the request in hand.
    var sequence: UInt32 = 0
    /// The events epoll reports.
    var interest: UInt32 = 0
    /// When the phase is over, in milliseconds of the loop's clock.
    var deadline: UInt64 = 0
    /// Bytes moved in this window of `body` or `write`, or dropped in `linger`.
    var progress = 0
    /// Size the input will have, when the head told; 0 when not.
    var expectedInput = 0
    /// Bytes of an incomplete request, or behind a request that is with the handler.
    var input: InputBuffer?
    /// A response the peer has not taken yet.
    var output: [UInt8] = []
    /// Bytes of `output` that were sent.
    var sent = 0
    /// What of a streamed answer is still to be sent; nil while no answer is streamed.
    var backlog: StreamBacklog?

    init(descriptor: consuming FileDescriptor, id: ConnectionID) {
        self.descriptor = descriptor
        self.id = id
    }

    /// A connection with a larger request is a bulk connection. Bytes.
    private static let bulkRequestBytes = 16 * 1024

    /// Takes a request in hand.
    ///
    /// - Parameters:
    ///   - head: Its head.
    ///   - closes: Whether it is the last one, even if the client wants to go on.
    func begin(_ head: RequestHead, closes: Bool) {
        sequence &+= 1
        phase = .idle
        expectedInput = 0
        context = ResponseSerializer.Context(
            isHead: head.method == .head, closes: closes || !head.keepAlive, announcesKeepAlive: head.minorVersion == 0)
    }

    /// Takes note of the size of a request, head and body.
    func noteRequest(byteCount: Int) {
        if byteCount > Self.bulkRequestBytes { flags.insert(.bulk) } else { flags.remove(.bulk) }
    }

    /// Whether a response waits for the peer.
    var hasOutput: Bool { !output.isEmpty }
}
