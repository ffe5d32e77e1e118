import API
import HTTP
import Network
import Serving
import Tensors
import TestSupport

/// The API over loopback in this process, on a port the system chose.
final class RunningAPI: Sendable {
    let repository: ModelRepository
    let readiness = Readiness()
    private let server: Server

    init(
        models: String = Repository.models, limits: APILimits = APILimits(), memoryBudget: Int? = nil,
        training: TrainingService? = nil
    ) throws {
        let engine = NativeEngine(kernels: Kernels.best(), pool: ComputePool(threads: 2))
        var chosen = ModelRepository.Configuration(directory: models)
        chosen.memoryBudget = memoryBudget
        repository = ModelRepository(configuration: chosen, engine: engine)
        try repository.loadAll()
        readiness.setLoaded()
        var configuration = ServerConfiguration()
        configuration.loops = 2
        server = Server(
            configuration: configuration,
            handler: APIHandler(repository: repository, readiness: readiness, limits: limits, training: training))
        try server.start()
    }

    deinit { server.drain(deadline: .seconds(1)) {} }

    var port: UInt16 { server.port }

    func client() throws -> Client {
        guard let client = Client(port: port) else { throw NoConnection() }
        return client
    }

    struct NoConnection: Error {}
}
