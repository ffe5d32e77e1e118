import Dispatch
import Glibc
import Network
import Synchronization
import TestSupport
import Testing

/// A server on a port of the system's choice.
final class Running {
    let handler = TestHandler()
    let server: Server

    init(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.loops = 2
        change(&configuration)
        server = Server(configuration: configuration, handler: handler)
        try server.start()
    }

    deinit { server.drain(deadline: .zero) {} }

    func connect() throws -> Client { try #require(Client(port: server.port)) }

    /// Drains and waits until it is done.
    func drain(deadline: Duration) -> DrainWaiter {
        let waiter = DrainWaiter()
        server.drain(deadline: deadline) { waiter.done.store(true, ordering: .releasing) }
        return waiter
    }
}

final class DrainWaiter: Sendable {
    let done = Atomic<Bool>(false)
    var isDone: Bool { done.load(ordering: .acquiring) }
}

/// Waits until `condition` holds, at most twenty seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
        if condition() { return true }
        usleep(2000)
    }
    return condition()
}

/// A request with a body.
func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
