import HTTP
import Network

/// One request on its way to its answer, which it counts, and compresses when the client wants that.
struct Exchange: Sendable {
    let responder: Responder
    let counters: HTTPCounters
    let group: RouteGroup
    let threadIndex: Int
    /// Which compressions the client takes, as it wrote them.
    let acceptEncoding: String?
    /// Where large answers are compressed.
    let compressing: BackgroundWork

    /// Counts an answer that is sent bit by bit.
    func countStream() { counters.count(.ok, group, threadIndex: threadIndex) }

    /// Sends the answer. Call once, on any thread.
    func send(_ response: consuming HTTPResponse) {
        counters.count(response.status, group, threadIndex: threadIndex)
        guard Deflation.applies(to: response) else { return responder.send(response) }
        // Also of one that is not compressed: a cache must not give it to those who want it so.
        response.fields.append(.init("Vary", "Accept-Encoding"))
        guard let acceptEncoding, let coding = ContentCoding.accepted(acceptEncoding) else {
            return responder.send(response)
        }
        guard response.body.count > Deflation.quickByteCount else {
            return responder.send(Deflation.compressed(response, coding))
        }
        let (responder, whole) = (responder, response)
        do throws(APIError) {
            try compressing.run { responder.send(Deflation.compressed(whole, coding)) }
        } catch {
            // Too much is being compressed already.
            responder.send(whole)
        }
    }
}
