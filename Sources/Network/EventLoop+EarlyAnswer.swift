import HTTP

/// Requests whose heads are enough to answer them, and their bodies, which nobody wants.
extension EventLoop {
    /// Answers the request whose body is to come, if the handler needs none of it. The answer does not wait for the
    /// body, which is dropped as it comes.
    ///
    /// - Parameters:
    ///   - connection: Whose request it is.
    ///   - input: Where its head is complete.
    ///   - start: Where it begins.
    ///   - awaitsContinue: Whether the client sends no body before it is told to.
    /// - Returns: Whether it is answered: `input` then goes on behind the head, unless the connection closes.
    func answerEarly(_ connection: Connection, _ input: InputBuffer, _ start: Int, awaitsContinue: Bool) -> Bool {
        let head = input.machine.head
        let bytes = unsafe input.bytes(start..<start + head.byteCount)
        let request = unsafe HTTPRequest(
            bytes: bytes, head: head, body: head.byteCount..<head.byteCount, threadIndex: threadIndex,
            isInRound: isInRound)
        guard let response = handler.earlyAnswer(to: request) else { return false }
        // Nobody knows whether a client that waits still sends its body after a last answer (RFC 9110 §10.1.1).
        connection.begin(head, closes: isDraining || awaitsContinue)
        appendResponse(connection, response)
        if connection.flags.contains(.closing) {
            connection.flags.insert(.lingers)
        } else {
            if case .length(let count) = head.framing { connection.noteRequest(byteCount: head.byteCount + count) }
            input.machine.dropBody()
        }
        return true
    }

    /// Drops what has come of a body that nobody wants, without copying it; behind its end comes the next request.
    func dropBody(_ connection: Connection, _ input: InputBuffer) {
        let space = unsafe scratch.space.prefix(input.machine.unwantedBytes)
        switch unsafe SystemCall.drop(connection.descriptor.number, into: .init(rebasing: space)) {
        case .wouldBlock: break
        case .done(0), .failed: close(connection)
        case .done(let count):
            connection.progress += count
            input.machine.passOver(count)
            if input.machine.isDroppingBody { return }
            connection.input = nil
            // An answer that waits for the end of the round is the last thing before the connection is idle.
            if !connection.flags.contains(.answersWithRound) { settle(connection) }
        }
    }
}
