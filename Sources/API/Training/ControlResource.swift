import HTTP
import JSON
import Jobs
import Network
import Serving

/// Answers the requests of training on another thread.
final class ControlResource: Sendable {
    private let service: TrainingService
    private let jobs: JobsResource
    private let datasets: DatasetsResource
    private let train: TrainResource
    private let preprocess: PreprocessResource
    private let evaluate: EvaluateResource
    /// For what only waits for the disk.
    private let quick = BackgroundWork()
    /// For what reads a whole dataset: storing one, and checking a train request against it.
    private let reading = BackgroundWork(isSerial: true)
    private let evaluating = BackgroundWork(isSerial: true)

    init(service: TrainingService, repository: ModelRepository, limits: APILimits) {
        self.service = service
        jobs = JobsResource(service: service)
        datasets = DatasetsResource(service: service)
        train = TrainResource(service: service, repository: repository)
        evaluate = EvaluateResource(service: service, repository: repository)
        preprocess = PreprocessResource(repository: repository, limits: limits)
    }

    /// Answers later.
    /// - Parameters:
    ///   - route: The resource.
    ///   - request: Copied.
    ///   - exchange: The way back for an answer that is a stream.
    ///   - answer: Called once with any other answer.
    /// - Throws: `APIError.busy`.
    func answer(
        _ route: ControlRoute, _ request: ControlRequest, _ exchange: Exchange,
        _ answer: @escaping @Sendable (Result<HTTPResponse, APIError>) -> Void
    ) throws(APIError) {
        try background(for: route, request).run { @Sendable [self] in
            do throws(APIError) {
                if case .jobHistory(let id, .events) = route, try JobsResource.wantsStream(request) {
                    try jobs.stream(id, request, exchange.responder)
                    return exchange.countStream()
                }
                answer(.success(try response(route, request)))
            } catch {
                answer(.failure(error))
            }
        }
    }

    /// Whoever evaluates for minutes must keep nobody from pausing a job.
    private func background(for route: ControlRoute, _ request: ControlRequest) -> BackgroundWork {
        switch route {
        case .evaluate: evaluating
        case .train: reading
        case .datasets where request.method == .post: reading
        default: quick
        }
    }

    /// The jobs of a model that have not ended. Waits for the disk.
    func unfinishedJobs(of model: String) -> [JSONValue] {
        guard let parts = service.openParts else { return [] }
        let states = JobState.allCases.filter { !$0.isFinal }
        return ((try? parts.jobs.store.jobs(model: model, states: states)) ?? []).map(\.summary)
    }

    private func response(_ route: ControlRoute, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        switch route {
        case .jobs: try jobs.list(request)
        case .job(let id): try jobs.job(id)
        case .jobHistory(let id, let history): try jobs.history(id, history, request)
        case .jobAction(let id, let action): try jobs.act(id, action)
        case .datasets: request.method == .post ? try datasets.add(request) : try datasets.list()
        case .dataset(let name):
            request.method == .delete ? try datasets.delete(name) : try datasets.dataset(name)
        case .train(let model): try train.train(model, request)
        case .preprocess(let model, let version): try preprocess.preprocess(model, version, request)
        case .evaluate(let model, let version): try evaluate.evaluate(model, version, request)
        }
    }
}
