import HTTP
import Network
import Serving

/// `POST /v1/models/{m}/predict` and `POST /v1/models/{m}:predict`, and those of a version or a label.
struct PredictResource: Sendable {
    /// Which version of a model is asked.
    enum Target {
        case serving
        case number(Int)
        case label(String)

        init(number: Int?) { self = number.map { .number($0) } ?? .serving }
    }

    typealias Answer = @Sendable (Result<HTTPResponse, APIError>) -> Void

    let repository: ModelRepository
    let limits: APILimits
    /// What each loop has read in its round.
    private let rounds = RoundRequests.ofLoops()

    init(repository: ModelRepository, limits: APILimits) {
        self.repository = repository
        self.limits = limits
    }

    /// Reads the request and lets the batcher compute it; `answer` is called once, now or later, on any thread.
    /// - Throws: what is wrong with the request; `answer` is then not called.
    func answer(
        _ request: borrowing HTTPRequest, model name: String, _ target: Target,
        isCancelled: @escaping @Sendable () -> Bool, _ answer: @escaping Answer
    ) throws(APIError) {
        try Self.checkBody(request)
        let version = try find(name, target)
        let received = version.now()
        let reader = PredictRequestReader(version: version, limits: limits)
        let inference = unsafe try reader.read(request.body, isCancelled: isCancelled)
        let decoded = version.now()
        let completion: DynamicBatcher.Completion = { result in
            switch result {
            case .success(let response):
                let computed = version.now()
                let written = PredictResponseWriter(version: version).response(response)
                let now = version.now()
                version.countAnswer(decode: decoded &- received, serialise: now &- computed, total: now &- received)
                answer(.success(written))
            case .failure(let error):
                version.countFailure(total: version.now() &- received)
                answer(.failure(.serving(error)))
            }
        }
        if request.isInRound {
            rounds[request.loopIndex].add(inference, completion)
        } else {
            version.submit(inference, completion: completion)
        }
    }

    /// Computes what the requests of a loop's round ask for: those of one model together.
    func endRound(loopIndex: Int) {
        var waiting = rounds[loopIndex].takeAll()
        while let version = waiting.first?.request.version {
            let own = waiting.filter { $0.request.version === version }
            waiting = own.count == waiting.count ? [] : waiting.filter { $0.request.version !== version }
            version.submit(own)
        }
    }

    private func find(_ name: String, _ target: Target) throws(APIError) -> ModelVersion {
        do throws(ServingError) {
            switch target {
            case .serving: return try repository.version(of: name)
            case .number(let number): return try repository.version(of: name, number)
            case .label(let label): return try repository.version(of: name, label: label)
            }
        } catch {
            throw .serving(error)
        }
    }

    /// Refuses bodies in a format that would be mistaken for broken JSON. What `curl -d` sends without being asked
    /// (application/x-www-form-urlencoded) is taken for JSON.
    static func checkBody(_ request: borrowing HTTPRequest) throws(APIError) {
        if let coding = request.value(of: "content-encoding"), coding.lowercased() != "identity" {
            throw .contentCoding(coding)
        }
        // Nearly every client sends this one.
        if request.hasValue("application/json", of: "content-type") ?? true { return }
        guard let type = request.value(of: "content-type") else { return }
        let essence = (type.split(separator: ";").first ?? "").lowercased()
            .drop { $0 == " " }.prefix { $0 != " " }
        switch essence {
        case "", "application/json", "application/x-www-form-urlencoded", "text/json", "text/plain": return
        default:
            guard essence.hasSuffix("+json") else { throw .mediaType(type) }
        }
    }
}
