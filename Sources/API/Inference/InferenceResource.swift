import HTTP
import Network
import Serving

/// Everything that asks a version for predictions, in any dialect: reads, submits, and answers when it is computed.
struct InferenceResource: Sendable {
    typealias Answer = @Sendable (Result<HTTPResponse, APIError>) -> Void

    /// A compressed body of more bytes is inflated on another thread, and so is one that becomes larger than the other
    /// number.
    private static let quickCompressed = 16 * 1024
    private static let quickInflated = 256 * 1024

    /// A body of more bytes is read on another thread, whatever it holds.
    private static let quickByteCount = 1 << 20

    /// A body of more bytes takes longer to read than a look at the queue does.
    private static let costlyByteCount = 1024

    let repository: ModelRepository
    let limits: APILimits
    /// What each thread has read in its round.
    private let rounds = RoundRequests.ofThreads()
    /// Where bodies are read that would hold up an event loop.
    private let reading = BackgroundWork(threads: 4, maximumCount: 512)

    init(repository: ModelRepository, limits: APILimits) {
        self.repository = repository
        self.limits = limits
    }

    /// Answers a request, later or before it returns.
    /// - Parameters:
    ///   - request: Valid during the call only.
    ///   - name: The model.
    ///   - target: Its version.
    ///   - dialect: How to read the body.
    ///   - fields: What the head says.
    ///   - isCancelled: Whether the client has gone.
    ///   - answer: Called once, unless this throws.
    /// - Throws: Why there is nothing to compute.
    func answer(
        _ request: borrowing HTTPRequest, model name: String, _ target: ModelTarget, _ dialect: some InferenceDialect,
        _ fields: InferenceFields, isCancelled: @escaping @Sendable () -> Bool, _ answer: @escaping Answer
    ) throws(APIError) {
        let version: ModelVersion
        do throws(APIError) {
            version = try target.version(of: name, in: repository)
        } catch .serving(.evicted(let model, let number)) {
            let body = unsafe [UInt8](request.body)
            return wait(for: model, number, body, dialect, fields, isCancelled, answer)
        }
        let byteCount = unsafe request.body.count
        if let refusal = refusal(byteCount, of: version, fields, request.threadIndex) { throw refusal }
        var call = InferenceCall(
            version: version, fields: fields, limits: limits, conditions: RequestConditions(isCancelled: isCancelled),
            received: version.now())
        call.conditions.priority = fields.priority
        if let timeout = fields.timeout { call.conditions.limit(microseconds: timeout, version) }
        let isSlow = unsafe fields.format.isSlow || request.body.count > Self.quickByteCount
        guard fields.coding != nil || isSlow else {
            return unsafe try submit(
                request.body, dialect, call, thread: request.isInRound ? request.threadIndex : nil, answer)
        }
        if !isSlow, let body = unsafe try quicklyInflated(request.body, fields.coding) {
            return try submit(body, dialect, call, answer)
        }
        let body = unsafe [UInt8](request.body)
        try reading.run { [self, call] in submitLater(body, dialect, call, answer) }
    }

    /// Refuses a request whose body is still to come, when its model has no room for it.
    /// - Parameters:
    ///   - request: Valid during the call only.
    ///   - name: The model.
    ///   - target: Its version.
    ///   - fields: What the head says.
    /// - Returns: Why it is refused; nil when the body is needed, if only to say what is wrong.
    func earlyRefusal(
        _ request: borrowing HTTPRequest, model name: String, _ target: ModelTarget, _ fields: InferenceFields
    ) -> APIError? {
        guard let version = try? target.version(of: name, in: repository) else { return nil }
        let byteCount = if case .length(let count) = request.head.framing { count } else { Int.max }
        return refusal(byteCount, of: version, fields, request.threadIndex)
    }

    /// Why a request with a body of so many bytes is not read: the queue is full. nil when it is to be read.
    private func refusal(
        _ byteCount: Int, of version: ModelVersion, _ fields: InferenceFields, _ thread: Int
    ) -> APIError? {
        // A request of high priority takes the place of others.
        guard byteCount >= Self.costlyByteCount, fields.priority != .high else { return nil }
        return version.refusalIfFull(coming: rounds[thread].rows(of: version)).map { .serving($0) }
    }

    /// Decompresses, reads and computes a request on another thread.
    private func submitLater(
        _ body: [UInt8], _ dialect: some InferenceDialect, _ call: InferenceCall, _ answer: @escaping Answer
    ) {
        do throws(APIError) {
            let coding = call.fields.coding
            let whole = try coding.map { coding throws(APIError) in try limits.inflated(body, coding) } ?? body
            try submit(whole, dialect, call, answer)
        } catch {
            answer(.failure(error))
        }
    }

    /// Answers a request for a version that was unloaded for the memory of others once it is loaded again. The time
    /// that takes counts towards the request's timeout.
    private func wait(
        for model: String, _ number: Int, _ body: [UInt8], _ dialect: some InferenceDialect, _ fields: InferenceFields,
        _ isCancelled: @escaping @Sendable () -> Bool, _ answer: @escaping Answer
    ) {
        let received = repository.now()
        repository.revive(model, number) { [self] result in
            do throws(APIError) {
                let version = try result.get { .serving($0) }
                var call = InferenceCall(
                    version: version, fields: fields, limits: limits,
                    conditions: RequestConditions(isCancelled: isCancelled), received: received)
                call.conditions.priority = fields.priority
                if let timeout = fields.timeout {
                    call.conditions.limit(
                        microseconds: timeout - Int((version.now() &- received) / 1000), version)
                }
                let whole = call
                try reading.run { submitLater(body, dialect, whole, answer) }
            } catch {
                answer(.failure(error))
            }
        }
    }

    /// Computes what the requests of a thread's round ask for: those of one model together.
    func endRound(threadIndex: Int) {
        var waiting = rounds[threadIndex].takeAll()
        while let version = waiting.first?.request.version {
            let own = waiting.filter { $0.request.version === version }
            waiting = own.count == waiting.count ? [] : waiting.filter { $0.request.version !== version }
            version.submit(own)
        }
    }

    /// The body decompressed, when that takes no time; nil when it may.
    private func quicklyInflated(
        _ body: UnsafeRawBufferPointer, _ coding: ContentCoding?
    ) throws(APIError) -> [UInt8]? {
        guard let coding, body.count <= Self.quickCompressed else { return nil }
        let limit = Inflation.limit(compressed: body.count, maximum: limits.maximumInflatedBytes)
        do throws(Inflation.Failure) {
            return unsafe try Inflation.inflate(body, coding, limit: min(limit, Self.quickInflated))
        } catch {
            if error == .tooLarge(limit: Self.quickInflated), limit > Self.quickInflated { return nil }
            throw .inflation(error, coding)
        }
    }

    private func submit(
        _ body: [UInt8], _ dialect: some InferenceDialect, _ call: InferenceCall, _ answer: @escaping Answer
    ) throws(APIError) {
        try unsafe body.withRawBytes { bytes throws(APIError) in
            unsafe try submit(bytes, dialect, call, thread: nil, answer)
        }
    }

    /// Reads a body and computes it. `thread` is the one in whose round the request waits for others; nil for none.
    private func submit(
        _ body: UnsafeRawBufferPointer, _ dialect: some InferenceDialect, _ call: InferenceCall, thread: Int?,
        _ answer: @escaping Answer
    ) throws(APIError) {
        let work = unsafe try dialect.read(body, call)
        let (version, decoded) = (call.version, call.version.now())
        switch work {
        case .equal(let request, let write):
            let completion: DynamicBatcher.Completion = { Self.finish($0, call, decoded, write, answer) }
            if let thread {
                rounds[thread].add(request, completion)
            } else {
                version.submit(request, completion: completion)
            }
        case .varying(let groups, let write):
            version.submit(groups.submissions { Self.finish($0, call, decoded, write, answer) })
        }
    }

    /// Answers with what was computed of a request that was read at the time `decoded`.
    private static func finish<Computed>(
        _ result: Result<Computed, ServingError>, _ call: InferenceCall, _ decoded: UInt64,
        _ write: InferenceWork.Write<Computed>, _ answer: Answer
    ) {
        let (version, received) = (call.version, call.received)
        var isComputed = false
        do throws(APIError) {
            let computed = try result.get { .serving($0) }
            isComputed = true
            let start = version.now()
            let written = try write(computed)
            let now = version.now()
            version.countAnswer(decode: decoded &- received, serialise: now &- start, total: now &- received)
            answer(.success(written))
        } catch {
            version.countFailure(total: version.now() &- received, isComputed: isComputed)
            answer(.failure(error))
        }
    }
}

extension Result where Failure == ServingError {
    /// The value, or the error as another one.
    fileprivate func get(_ error: (ServingError) -> APIError) throws(APIError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let failure): throw error(failure)
        }
    }
}
