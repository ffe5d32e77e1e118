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

    init(models: String = Repository.models, limits: APILimits = APILimits()) throws {
        let engine = NativeEngine(kernels: Kernels.best(), pool: ComputePool(threads: 2))
        repository = ModelRepository(configuration: .init(directory: models), engine: engine)
        try repository.loadAll()
        readiness.setLoaded()
        var configuration = ServerConfiguration()
        configuration.loops = 2
        server = Server(
            configuration: configuration,
            handler: APIHandler(repository: repository, readiness: readiness, limits: limits))
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

extension Client {
    func get(_ path: String) -> Response? { exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n") }

    func post(_ path: String, _ body: String, fields: String = "Content-Type: application/json\r\n") -> Response? {
        sendPost(path, body, fields: fields)
        return response()
    }

    func sendPost(_ path: String, _ body: String, fields: String = "Content-Type: application/json\r\n") {
        send("POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
