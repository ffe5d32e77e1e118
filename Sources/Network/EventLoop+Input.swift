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
        if input.machine.unwantedBytes > 0 { return dropBody(connection, input) }
        if input !== scratch {
            let minimum = connection.phase == .body ? Self.minimumBodyRead : Self.minimumHeadRead
            input.makeSpace(minimum: minimum, known: connection.expectedInput)
        }
        // Whether a large body is wanted is known before it is copied.
        let isHeadFirst = input === scratch && connection.flags.contains(.bulk)
        let space = unsafe isHeadFirst ? input.space.prefix(Self.minimumHeadRead) : input.space[...]
        switch unsafe SystemCall.read(connection.descriptor.number, into: .init(rebasing: space)) {
        case .done(0), .failed: close(connection)
        case .done(let count):
            input.append(count: count)
            if connection.phase == .body { connection.progress += count }
            process(connection, input)
            if let rest = connection.input, rest.machine.unwantedBytes > 0, liveness.isLive(connection.id) {
                dropBody(connection, rest)
            }
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
            case .expectBody(let awaitsContinue):
                if answerEarly(connection, input, start, awaitsContinue: awaitsContinue) {
                    start = connection.flags.contains(.closing) ? end : start + input.machine.head.byteCount
                } else if awaitsContinue {
                    output.append(contentsOf: ResponseSerializer.continueResponse)
                } else if input === scratch, connection.flags.contains(.bulk) {
                    end += readRest(connection)
                }
            case .deliver(let consumed):
                start = serve(connection, input, start, consumed: consumed)
                if connection.flags.contains(.awaitsAnswer) { break serving }
            case .drop(let count): start += count
            case .refuse(let error):
                let response = handler.errorResponse(status: error.status, detail: error.description)
                appendFailure(connection, response, isHead: input.machine.answersHead)
                start = end
            case .abandon:
                connection.flags.formUnion([.closing, .lingers])
                start = end
            }
        }
        keep(start..<end, of: input, connection)
        if sendWithRound(connection) { return }
        if flush(connection) { settle(connection) }
    }

    /// Serves a complete request that takes `consumed` bytes.
    ///
    /// - Returns: Where the next one begins: behind all bytes when there will be none.
    private func serve(_ connection: Connection, _ input: InputBuffer, _ start: Int, consumed: Int) -> Int {
        connection.noteRequest(byteCount: consumed)
        serve(connection, input, start)
        guard connection.flags.contains(.closing) else { return start + consumed }
        // Unread bytes would turn the close into a reset that can overtake the answer.
        if start + consumed < input.count { connection.flags.insert(.lingers) }
        return input.count
    }

    /// Hands a request to the handler and writes the response if it comes at once.
    private func serve(_ connection: Connection, _ input: InputBuffer, _ start: Int) {
        let head = input.machine.head
        let body = input.machine.body
        connection.begin(head, closes: isDraining)
        let ticket = Ticket(connection: connection.id, sequence: connection.sequence)
        let bytes = unsafe input.bytes(start..<start + max(body.upperBound, head.byteCount))
        served = ticket
        unsafe handler.handle(
            HTTPRequest(bytes: bytes, head: head, body: body, threadIndex: threadIndex, isInRound: isInRound),
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

    /// Reads what has come behind a head that was read first.
    ///
    /// - Returns: How much it is. Bytes.
    private func readRest(_ connection: Connection) -> Int {
        guard case .done(let count) = unsafe SystemCall.read(connection.descriptor.number, into: scratch.space) else {
            return 0
        }
        scratch.append(count: count)
        return count
    }

    /// Keeps the bytes that are not served yet, in a buffer of the connection's own; frees it when there are none and
    /// nothing is known of what comes next.
    private func keep(_ range: Range<Int>, of input: InputBuffer, _ connection: Connection) {
        if range.isEmpty, !input.machine.isDroppingBody {
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
        switch unsafe SystemCall.drop(connection.descriptor.number, into: scratch.space) {
        case .wouldBlock: break
        case .done(0), .failed: close(connection)
        case .done(let count):
            connection.progress += count
            if connection.progress > configuration.maximumLingerBytes { close(connection) }
        }
    }
}
