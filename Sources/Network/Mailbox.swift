import HTTP
import Synchronization

/// What other threads leave for a loop; emptied in one go, and woken for once a batch.
final class Mailbox: Sendable {
    /// One thing to do on the loop.
    enum Message: Sendable {
        /// A connection that another loop has accepted: its descriptor, which the receiver closes.
        case connection(Int32)
        /// A second has gone by.
        case scan
        /// The answer to a request.
        case response(HTTPResponse, Ticket)
        /// A part of an answer that comes bit by bit.
        case part(StreamPart, Ticket)
        /// Stop accepting and finish, within so many milliseconds; then call back.
        case drain(milliseconds: UInt64, @Sendable () -> Void)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let event: FileDescriptor

    init() throws(NetworkError) {
        event = FileDescriptor(owning: try SystemCall.eventDescriptor())
    }

    /// The descriptor that becomes readable when there is something.
    var descriptor: Int32 { event.number }

    /// Leaves a message. Never blocks for longer than a list takes to grow.
    ///
    /// - Returns: Whether it will be read: false after `close`.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let count = state.withLock { state in
            if state.isClosed { return 0 }
            state.messages.append(message)
            return state.messages.count
        }
        if count == 1 { SystemCall.signal(descriptor) }
        return count > 0
    }

    /// Takes no more messages, unless some wait to be read.
    ///
    /// - Returns: Whether it is closed.
    func close() -> Bool {
        state.withLock { state in
            state.isClosed = state.messages.isEmpty
            return state.isClosed
        }
    }

    /// Takes everything.
    func takeAll() -> [Message] {
        SystemCall.acknowledge(descriptor)
        return state.withLock { state in
            let taken = state.messages
            state.messages = []
            return taken
        }
    }
}
