import HTTP
import Synchronization

/// What other threads leave for a loop; emptied in one go, and woken for once a batch.
final class Mailbox: Sendable {
    /// One thing to do on the loop.
    enum Message: Sendable {
        /// The answer to a request.
        case response(HTTPResponse, Ticket)
        /// A part of an answer that comes bit by bit.
        case part(StreamPart, Ticket)
        /// Stop accepting and finish, within so many milliseconds; then call back.
        case drain(milliseconds: UInt64, @Sendable () -> Void)
    }

    private let messages = Mutex<[Message]>([])
    private let event: FileDescriptor

    init() throws(NetworkError) {
        event = FileDescriptor(owning: try SystemCall.eventDescriptor())
    }

    /// The descriptor that becomes readable when there is something.
    var descriptor: Int32 { event.number }

    /// Leaves a message. Never blocks for longer than a list takes to grow.
    func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { SystemCall.signal(descriptor) }
    }

    /// Takes everything.
    func takeAll() -> [Message] {
        SystemCall.acknowledge(descriptor)
        return messages.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }
}
