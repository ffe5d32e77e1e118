import HTTP
import Synchronization

extension EventLoop {
    /// Responses are sent and parsing pauses when so many bytes have gathered.
    private static let outputHighWater = 256 * 1024
    /// A read of a head or a body into a connection's own buffer asks for at least so many bytes.
    private static let minimumHeadRead = 2048
    private static let minimumBodyRead = 64 * 1024

    /// The socket has bytes, or its peer has stopped sending.
    func readable(_ connection: Connection) {
        if connection.phase == .linger { return drop(connection) }
        if connection.flags.contains(.awaitsAnswer) || connection.hasOutput {
            // What follows stays in the kernel until it is its turn.
            connection.flags.insert(.readingPaused)
            return updateInterest(connection)
        }
        let input = connection.input ?? scratch
        if input !== scratch {
            let minimum = connection.phase == .body ? Self.minimumBodyRead : Self.minimumHeadRead
            input.makeSpace(minimum: minimum, known: connection.expectedInput)
        }
        switch unsafe SystemCall.read(connection.descriptor.number, into: input.space) {
        case .done(0), .failed: close(connection)
        case .done(let count):
            input.append(count: count)
            if connection.phase == .body { connection.progress += count }
            process(connection, input)
        case .wouldBlock: break
        }
    }

    /// Serves every complete request of `input`, in order, and keeps the rest.
    func process(_ connection: Connection, _ input: InputBuffer) {
        var start = 0
        var end = input.count
        serving: while start < end {
            if output.count >= Self.outputHighWater {
                guard flush(connection) else { return reset(input) }
                if connection.hasOutput { break }
            }
            switch input.advance(from: start) {
            case .needMore(let keep, let capacity):
                end = start + keep
                connection.expectedInput = capacity
                break serving
            case .sendContinue:
                output.append(contentsOf: ResponseSerializer.continueResponse)
            case .deliver(let consumed):
                if consumed > Self.bulkRequestBytes {
                    connection.flags.insert(.bulk)
                } else {
                    connection.flags.remove(.bulk)
                }
                serve(connection, input, start)
                start += consumed
                if connection.flags.contains(.closing) {
                    // Unread bytes would turn the close into a reset that can overtake the answer.
                    if start < end { connection.flags.insert(.lingers) }
                    start = end
                }
                if connection.flags.contains(.awaitsAnswer) { break serving }
            case .refuse(let error):
                let response = handler.errorResponse(status: error.status, detail: error.description)
                appendFailure(connection, response, isHead: input.machine.answersHead)
                start = end
            }
        }
        keep(start..<end, of: input, connection)
        if sendWithRound(connection) { return }
        if flush(connection) { settle(connection) }
    }

    /// Hands a request to the handler and writes the response if it comes at once.
    private func serve(_ connection: Connection, _ input: InputBuffer, _ start: Int) {
        let head = input.machine.head
        let body = input.machine.body
        connection.sequence &+= 1
        connection.phase = .idle
        connection.expectedInput = 0
        let closes = !head.keepAlive || isDraining
        connection.context = ResponseSerializer.Context(
            isHead: head.method == .head, closes: closes, announcesKeepAlive: head.minorVersion == 0)
        let ticket = Ticket(connection: connection.id, sequence: connection.sequence)
        let bytes = unsafe input.bytes(start..<start + max(body.upperBound, head.byteCount))
        served = ticket
        unsafe handler.handle(
            HTTPRequest(bytes: bytes, head: head, body: body, loopIndex: index, isInRound: isInRound),
            responder: Responder(loop: self, ticket: ticket))
        served = nil
        guard let response = immediate.take() else {
            connection.flags.insert(.awaitsAnswer)
            requestsInFlight.wrappingAdd(1, ordering: .relaxed)
            return
        }
        appendResponse(connection, response)
    }

    /// Writes the response to the request in hand to the loop's output.
    func appendResponse(_ connection: Connection, _ response: borrowing HTTPResponse) {
        if isDraining { connection.context.closes = true }
        serializer.append(response, connection.context, to: &output)
        if connection.context.closes { connection.flags.insert(.closing) }
    }

    /// Keeps the bytes that are not served yet, in a buffer of the connection's own; frees it when there are none.
    private func keep(_ range: Range<Int>, of input: InputBuffer, _ connection: Connection) {
        if range.isEmpty {
            connection.input = nil
            if input === scratch { reset(input) }
            return
        }
        if input !== scratch { return input.keep(range) }
        let own = InputBuffer(limits: configuration.limits)
        swap(&own.machine, &scratch.machine)
        unsafe own.append(scratch.bytes(range))
        scratch.keep(0..<0)
        connection.input = own
    }

    /// Empties the loop's scratch, whatever its last user left there.
    private func reset(_ input: InputBuffer) {
        guard input === scratch else { return }
        input.keep(0..<0)
        if input.machine.isMidRequest { input.machine = ConnectionStateMachine(limits: configuration.limits) }
    }

    /// Reads and drops what a peer still sends after its last answer.
    private func drop(_ connection: Connection) {
        defer { scratch.keep(0..<0) }
        switch unsafe SystemCall.read(connection.descriptor.number, into: scratch.space) {
        case .wouldBlock: break
        case .done(0), .failed: close(connection)
        case .done(let count):
            connection.progress += count
            if connection.progress > configuration.maximumLingerBytes { close(connection) }
        }
    }
}
