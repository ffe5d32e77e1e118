package import HTTP
package import Network
package import Serving

/// The REST API: finds the resource of each request and lets it answer.
package final class APIHandler: RequestHandler {
    private let health: HealthResource
    private let models: ModelsResource
    private let inference: InferenceResource
    private let openInference: OpenInferenceResource
    private let labels: LabelsResource
    private let metadata: MetadataResource
    private let versions: VersionsResource
    private let openAPI: OpenAPIResource
    private let background = BackgroundWork()
    private let control: ControlResource?
    private let requestIDs = RequestIDs()
    private let counters = HTTPCounters()
    private let metrics: MetricsResource
    /// Nobody who loads models keeps a monitor waiting.
    private let monitoring = BackgroundWork(isSerial: true)
    private let compressing = BackgroundWork(threads: 4, maximumCount: 256)

    /// - Parameters:
    ///   - repository: the models.
    ///   - readiness: what `/readyz` says.
    ///   - limits: what a request may hold.
    ///   - training: what trains; nil for a server that does not.
    ///   - connections: what the server has in hand, for metrics.
    package init(
        repository: ModelRepository, readiness: Readiness, limits: APILimits = APILimits(),
        training: TrainingService? = nil, connections: ConnectionGauge = ConnectionGauge()
    ) {
        metrics = MetricsResource(
            repository: repository, counters: counters, connections: connections, training: training)
        control = training.map { ControlResource(service: $0, repository: repository, limits: limits) }
        health = HealthResource(repository: repository, readiness: readiness)
        models = ModelsResource(repository: repository)
        inference = InferenceResource(repository: repository, limits: limits)
        openInference = OpenInferenceResource(repository: repository, health: health)
        labels = LabelsResource(repository: repository)
        metadata = MetadataResource(repository: repository)
        versions = VersionsResource(repository: repository, limits: limits)
        openAPI = OpenAPIResource(repository: repository)
    }

    /// Requests that were answered so far.
    package var answerCount: Int { counters.totals.reduce(0) { $0 + $1.count } }

    package func handle(_ request: borrowing HTTPRequest, responder: Responder) {
        var group = RouteGroup.none
        do throws(APIError) {
            let route = try Route(path: request.path)
            group = route.group
            let exchange = makeExchange(request, group, responder)
            if request.method == .options {
                let allow = HTTPResponse.Field("Allow", route.allowedMethods)
                return exchange.send(HTTPResponse(status: .noContent, fields: [allow]))
            }
            guard route.takes(request.method) else { throw methodError(request, route) }
            switch route {
            case .predict(let name, let version):
                try infer(request, name, ModelTarget(number: version), .predict, exchange)
            case .predictLabel(let name, let label): try infer(request, name, .label(label), .predict, exchange)
            case .examples(let verb, let name, let target): try infer(request, name, target, verb, exchange)
            case .openInference(.infer(let name, let version)):
                try inference.answer(
                    request, model: name, ModelTarget(number: version), OpenInferenceDialect(),
                    InferenceFields(openInference: request), isCancelled: { responder.isCancelled },
                    answerLater(request, exchange))
            case .control(let route): try answer(route, request, exchange)
            case .metrics:
                let (accept, metrics) = (request.value(of: "accept"), metrics)
                try monitoring.run { exchange.send(metrics.page(accept: accept)) }
            case .readiness: exchange.send(health.readinessStatus(query: request.query))
            default:
                if let slow = try slowWork(route, request) {
                    let answer = answerLater(request, exchange)
                    try background.run { answer(Result { () throws(APIError) in try slow() }) }
                } else {
                    exchange.send(try resource(route))
                }
            }
        } catch {
            makeExchange(request, group, responder)
                .send(response(to: error, requestID: requestID(request), path: request.path))
        }
    }

    private func infer(
        _ request: borrowing HTTPRequest, _ name: String, _ target: ModelTarget, _ verb: TensorFlowDialect.Verb,
        _ exchange: Exchange
    ) throws(APIError) {
        let responder = exchange.responder
        try inference.answer(
            request, model: name, target, TensorFlowDialect(verb: verb), InferenceFields(request),
            isCancelled: { responder.isCancelled }, answerLater(request, exchange))
    }

    private func makeExchange(
        _ request: borrowing HTTPRequest, _ group: RouteGroup, _ responder: Responder
    ) -> Exchange {
        Exchange(
            responder: responder, counters: counters, group: group, threadIndex: request.threadIndex,
            acceptEncoding: request.value(of: "accept-encoding"), compressing: compressing)
    }

    package func earlyAnswer(to request: borrowing HTTPRequest) -> HTTPResponse? {
        do throws(APIError) {
            let route = try Route(path: request.path)
            guard let (model, target) = route.predictor, route.takes(request.method) else { return nil }
            let fields =
                if case .openInference = route {
                    try InferenceFields(openInference: request)
                } else {
                    try InferenceFields(request)
                }
            guard let error = inference.earlyRefusal(request, model: model, target, fields) else { return nil }
            let response = response(to: error, requestID: requestID(request), path: request.path)
            counters.count(response.status, route.group, threadIndex: request.threadIndex)
            return response
        } catch {
            // What is wrong with the head is said when the body has come.
            return nil
        }
    }

    package func endRound(threadIndex: Int) { inference.endRound(threadIndex: threadIndex) }

    package func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse {
        counters.count(status, .none, threadIndex: 0)
        return ProblemDetails(
            status: status, code: ProblemDetails.code(for: status), detail: detail, requestID: requestIDs.next()
        ).response(isProblemJSON: false)
    }

    private func resource(_ route: Route) throws(APIError) -> HTTPResponse {
        switch route {
        case .root: health.root()
        case .liveness: health.liveness()
        case .startup: health.startup()
        case .docs: openAPI.page()
        case .models: models.index()
        case .model(let name, let version): try models.model(name, version: version)
        case .status(let name, let version): try models.status(name, version: version)
        case .metadata(let name, let version): try metadata.metadata(name, version: version)
        case .metadataLabel(let name, let label): try metadata.metadata(name, label: label)
        case .batching(let name, let version): try models.batching(name, ModelTarget(number: version))
        case .labels(let name): try labels.list(name)
        case .versions(let name): try versions.list(name)
        case .label(let name, let label): try labels.label(name, label)
        case .openInference(let route): try openInferenceResource(route)
        case .predict, .predictLabel, .examples, .card, .load, .unload, .reload, .rollback, .control, .metrics,
            .readiness,
            .openAPI:
            preconditionFailure("answers elsewhere")
        }
    }

    private func openInferenceResource(_ route: OpenInferenceRoute) throws(APIError) -> HTTPResponse {
        switch route {
        case .server: openInference.server()
        case .live: openInference.live()
        case .ready: openInference.ready()
        case .models: openInference.models()
        case .model(let name, let version): try openInference.model(name, ModelTarget(number: version))
        case .modelReady(let name, let version): try openInference.modelReady(name, ModelTarget(number: version))
        case .config(let name, let version): try openInference.config(name, ModelTarget(number: version))
        case .statistics(let name, let version): try openInference.statistics(name, version: version)
        case .infer, .index, .load, .unload: preconditionFailure("answers elsewhere")
        }
    }

    /// What answers the request on another thread; nil when that can be done at once.
    private func slowWork(
        _ route: Route, _ request: borrowing HTTPRequest
    ) throws(APIError) -> (@Sendable () throws(APIError) -> HTTPResponse)? {
        let (labels, models) = (labels, models)
        switch route {
        case .status(let name, let version):
            guard let control else { return nil }
            return { () throws(APIError) in
                try models.status(name, version: version, jobs: control.unfinishedJobs(of: name))
            }
        case .openAPI:
            let (query, openAPI) = (request.query, openAPI)
            return { () throws(APIError) in try openAPI.document(query: query) }
        case .card(let name, let version):
            return { () throws(APIError) in try models.card(name, version: version) }
        case .load(let name, let version):
            return { () throws(APIError) in try models.load(name, version: version) }
        case .unload(let name, let version):
            return { () throws(APIError) in try models.unload(name, version: version) }
        case .reload(let name, let version):
            return { () throws(APIError) in try models.reload(name, version: version) }
        case .versions(let name) where request.method == .post:
            let (upload, versions) = (try VersionsResource.Upload(request), versions)
            return { () throws(APIError) in try versions.add(name, upload) }
        case .rollback(let name): return { () throws(APIError) in try labels.rollBack(name) }
        case .label(let name, let label) where request.method == .put:
            try JSONBody.check(request)
            let body = unsafe [UInt8](request.body)
            return { () throws(APIError) in try labels.set(name, label, body: body) }
        case .openInference(.statistics(nil, let version)):
            // Of all models, which may be a thousand.
            return { [openInference] () throws(APIError) in try openInference.statistics(nil, version: version) }
        case .openInference(.index):
            let (body, openInference) = (unsafe [UInt8](request.body), openInference)
            return { () throws(APIError) in try openInference.index(body) }
        case .openInference(.load(let name)):
            let (body, openInference) = (unsafe [UInt8](request.body), openInference)
            return { () throws(APIError) in try openInference.load(name, body) }
        case .openInference(.unload(let name)):
            let (body, openInference) = (unsafe [UInt8](request.body), openInference)
            return { () throws(APIError) in try openInference.unload(name, body) }
        case .label(let name, let label) where request.method == .delete:
            return { () throws(APIError) in try labels.remove(name, label) }
        default: return nil
        }
    }

    private func answer(
        _ route: ControlRoute, _ request: borrowing HTTPRequest, _ exchange: Exchange
    ) throws(APIError) {
        guard let control else { throw .noTraining }
        try control.answer(route, ControlRequest(request), exchange, answerLater(request, exchange))
    }

    /// The way back for an answer that may come after `handle` has returned.
    private func answerLater(
        _ request: borrowing HTTPRequest, _ exchange: Exchange
    ) -> InferenceResource.Answer {
        let requestID = request.value(of: "x-request-id")
        let requestIDs = requestIDs
        return { result in
            switch result {
            case .success(let response): exchange.send(response)
            case .failure(let error):
                let id = RequestIDs.accepted(requestID) ?? requestIDs.next()
                exchange.send(Self.response(to: error, requestID: id, isProblemJSON: false))
            }
        }
    }

    private func methodError(_ request: borrowing HTTPRequest, _ route: Route) -> APIError {
        .method(request.methodName, path: request.path, allowed: route.allowedMethods)
    }

    private func requestID(_ request: borrowing HTTPRequest) -> String {
        RequestIDs.accepted(request.value(of: "x-request-id")) ?? requestIDs.next()
    }

    private func response(to error: APIError, requestID: String, path: String) -> HTTPResponse {
        Self.response(
            to: error, requestID: requestID, isProblemJSON: !path.hasPrefix("/v1/") && !path.hasPrefix("/v2/"))
    }

    private static func response(to error: APIError, requestID: String, isProblemJSON: Bool) -> HTTPResponse {
        let (status, code) = error.statusAndCode
        return ProblemDetails(
            status: status, code: code, detail: error.detail, requestID: requestID, field: error.field
        )
        .response(isProblemJSON: isProblemJSON, fields: error.fields)
    }
}
