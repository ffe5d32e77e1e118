import HTTP
import Network

/// One request on its way to its answer, which it counts.
struct Exchange: Sendable {
    let responder: Responder
    let counters: HTTPCounters
    let group: RouteGroup
    let loopIndex: Int

    /// Sends the answer. Call once, on any thread.
    func send(_ response: consuming HTTPResponse) {
        counters.count(response.status, group, loopIndex: loopIndex)
        responder.send(response)
    }
}
