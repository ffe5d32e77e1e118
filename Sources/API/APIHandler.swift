package import HTTP
package import Network
package import Serving

/// The REST API: finds the resource of each request and lets it answer.
package final class APIHandler: RequestHandler {
    private let health: HealthResource
    private let models: ModelsResource
    private let predict: PredictResource
    private let control: ControlResource?
    private let requestIDs = RequestIDs()

    /// - Parameters:
    ///   - repository: the models.
    ///   - readiness: what `/readyz` says.
    ///   - limits: what a request may hold.
    ///   - training: what trains; nil for a server that does not.
    package init(
        repository: ModelRepository, readiness: Readiness, limits: APILimits = APILimits(),
        training: TrainingService? = nil
    ) {
        control = training.map { ControlResource(service: $0) }
        health = HealthResource(repository: repository, readiness: readiness)
        models = ModelsResource(repository: repository)
        predict = PredictResource(repository: repository, limits: limits)
    }

    package func handle(_ request: borrowing HTTPRequest, responder: Responder) {
        do throws(APIError) {
            let route = try Route(path: request.path)
            if request.method == .options {
                let allow = HTTPResponse.Field("Allow", route.allowedMethods)
                return responder.send(HTTPResponse(status: .noContent, fields: [allow]))
            }
            if case .predict(let name, let version) = route {
                guard request.method == .post else { throw methodError(request, route) }
                let answer = answerLater(request, responder)
                return try predict.answer(
                    request, model: name, version: version, isCancelled: { responder.isCancelled }, answer)
            }
            if case .control(let control) = route {
                guard control.methods.contains(request.method) else { throw methodError(request, route) }
                return try answer(control, request, responder)
            }
            guard request.method == .get || request.method == .head else { throw methodError(request, route) }
            responder.send(try resource(route))
        } catch {
            responder.send(response(to: error, requestID: requestID(request), path: request.path))
        }
    }

    package func endRound(loopIndex: Int) { predict.endRound(loopIndex: loopIndex) }

    package func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse {
        ProblemDetails(
            status: status, code: ProblemDetails.code(for: status), detail: detail, requestID: requestIDs.next()
        ).response(isProblemJSON: false)
    }

    private func resource(_ route: Route) throws(APIError) -> HTTPResponse {
        switch route {
        case .root: health.root()
        case .liveness: health.liveness()
        case .readiness: health.readinessStatus()
        case .models: models.index()
        case .model(let name, let version): try models.model(name, version: version)
        case .status(let name, let version): try models.status(name, version: version)
        case .predict, .control: preconditionFailure("these answer by themselves")
        }
    }

    private func answer(
        _ route: ControlRoute, _ request: borrowing HTTPRequest, _ responder: Responder
    ) throws(APIError) {
        guard let control else { throw .noTraining }
        try control.answer(route, ControlRequest(request), responder, answerLater(request, responder))
    }

    /// The way back for an answer that may come after `handle` has returned.
    private func answerLater(
        _ request: borrowing HTTPRequest, _ responder: Responder
    ) -> PredictResource.Answer {
        let requestID = request.value(of: "x-request-id")
        let requestIDs = requestIDs
        return { result in
            switch result {
            case .success(let response): responder.send(response)
            case .failure(let error):
                let id = RequestIDs.accepted(requestID) ?? requestIDs.next()
                responder.send(Self.response(to: error, requestID: id, isProblemJSON: false))
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
        return ProblemDetails(status: status, code: code, detail: error.detail, requestID: requestID)
            .response(isProblemJSON: isProblemJSON, fields: error.fields)
    }
}
