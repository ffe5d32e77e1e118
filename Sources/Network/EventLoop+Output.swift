import CSystem
import HTTP

extension EventLoop {
    /// A larger output buffer is given back after use.
    private static let retainedOutput = 1024 * 1024

    /// Sends the loop's output to the connection, as far as its peer takes it, and keeps the rest with it.
    ///
    /// - Returns: False when the connection was closed.
    func flush(_ connection: Connection) -> Bool {
        if output.isEmpty { return connection.hasOutput || finishOutput(connection) }
        if connection.hasOutput {
            connection.output.append(contentsOf: output)
            emptyOutput()
            return true
        }
        switch send(output, from: 0, connection) {
        case .failed:
            emptyOutput()
            close(connection)
            return false
        case .wouldBlock: keepOutput(connection, sent: 0)
        case .done(let count) where count < output.count: keepOutput(connection, sent: count)
        case .done:
            emptyOutput()
            return finishOutput(connection)
        }
        return true
    }

    private func send(_ bytes: [UInt8], from start: Int, _ connection: Connection) -> SystemCall.Outcome {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe SystemCall.send(connection.descriptor.number, UnsafeRawBufferPointer(rebasing: buffer[start...]))
        }
    }

    private func emptyOutput() {
        if output.capacity > Self.retainedOutput { output = [] } else { output.removeAll(keepingCapacity: true) }
    }

    /// Gives the buffer itself to the connection: what is left of a large response is not copied.
    private func keepOutput(_ connection: Connection, sent: Int) {
        swap(&connection.output, &output)
        connection.sent = sent
        connection.progress = 0
        connection.flags.insert(.readingPaused)
        enter(.write, connection)
        updateInterest(connection)
    }

    /// The peer takes bytes again.
    func resumeOutput(_ connection: Connection) {
        guard connection.hasOutput else { return updateInterest(connection) }
        switch send(connection.output, from: connection.sent, connection) {
        case .failed: close(connection)
        case .wouldBlock: break
        case .done(let count):
            connection.sent += count
            connection.progress += count
            connection.backlog?.hold(connection.output.count - connection.sent)
            guard connection.sent == connection.output.count else { return }
            connection.output = []
            connection.sent = 0
            guard finishOutput(connection) else { return }
            resumeInput(connection)
        }
    }

    /// All output is sent: closes the connection if that was its end.
    ///
    /// - Returns: False when the connection was closed.
    private func finishOutput(_ connection: Connection) -> Bool {
        guard connection.flags.contains(.closing), connection.phase != .linger else { return true }
        guard connection.flags.contains(.lingers) else {
            close(connection)
            return false
        }
        // RFC 9112 §9.6: half-close, read until the peer closes or a bound is reached, then close.
        SystemCall.shutdownSending(connection.descriptor.number)
        connection.input = nil
        connection.progress = 0
        connection.flags.remove(.readingPaused)
        enter(.linger, connection)
        updateInterest(connection)
        return true
    }

    /// Goes on with bytes that waited for an answer or for the output to go, then with reading.
    func resumeInput(_ connection: Connection) {
        if connection.phase == .linger || connection.flags.contains(.awaitsAnswer) { return settle(connection) }
        if let input = connection.input {
            connection.phase = .idle
            process(connection, input)
        } else {
            settle(connection)
        }
    }

    /// Answers with an error and ends the connection, at once or after what is already in the output.
    func fail(_ connection: Connection, _ response: HTTPResponse, isHead: Bool) {
        appendFailure(connection, response, isHead: isHead)
        connection.input = nil
        if flush(connection) { settle(connection) }
    }

    /// Writes a last answer to the loop's output; the connection lingers, for its peer may still be sending.
    func appendFailure(_ connection: Connection, _ response: HTTPResponse, isHead: Bool) {
        connection.context = ResponseSerializer.Context(isHead: isHead, closes: true)
        appendResponse(connection, response)
        connection.flags.insert(.lingers)
    }

    /// Tells epoll which events matter now.
    func updateInterest(_ connection: Connection) {
        let reading = connection.flags.contains(.readingPaused) ? 0 : csystem_readable
        let interest = reading | (connection.hasOutput ? csystem_writable : 0)
        guard connection.flags.contains(.watched) else { return watch(connection, interest) }
        guard interest != connection.interest else { return }
        connection.interest = interest
        SystemCall.epollModify(
            epoll.number, connection.descriptor.number, events: interest, token: connection.id.token)
    }

    /// Lets epoll know a connection; closes it when it cannot.
    private func watch(_ connection: Connection, _ interest: UInt32) {
        guard liveness.isLive(connection.id) else { return }
        do throws(NetworkError) {
            try SystemCall.epollAdd(
                epoll.number, connection.descriptor.number, events: interest, token: connection.id.token)
            connection.flags.insert(.watched)
            connection.interest = interest
        } catch {
            // Out of memory or of watches (`fs.epoll.max_user_watches`).
            close(connection)
        }
    }
}
