import CSystem
import Glibc

/// One connection of a load: has one request under way, or none.
final class LoadConnection {
    /// What came of an attempt to go on.
    enum Progress {
        /// Nothing more can be done now.
        case waiting
        case answered(AnswerReader.Answer)
        /// The connection, or what came over it, is of no use.
        case broken
    }

    private let socket: ProbeSocket
    private let request: [UInt8]
    private var sent = 0
    private var reader = AnswerReader()

    /// When the request under way was to leave, in nanoseconds since the start of the load; nil for none.
    private(set) var scheduled: UInt64?

    /// Connects.
    /// - Throws: `DaemonError.usage` for a host that is no address, `.noAnswer`.
    init(_ url: HealthURL, request: [UInt8]) throws(DaemonError) {
        socket = try ProbeSocket.connected(to: url, timeout: .seconds(5))
        _ = csystem_no_delay(socket.number)
        self.request = request
    }

    var number: Int32 { socket.number }

    /// Whether the socket has to be writable for the connection to go on.
    var isSending: Bool { scheduled != nil && sent < request.count }

    /// Begins the next request.
    func begin(scheduled time: UInt64) -> Progress {
        precondition(scheduled == nil, "a connection has one request under way")
        scheduled = time
        sent = 0
        return send()
    }

    private func send() -> Progress {
        while sent < request.count {
            let count = unsafe request.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
                return unsafe csystem_send(number, rest.baseAddress, rest.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .waiting : .broken
            }
            sent += count
        }
        return .waiting
    }

    /// Goes on with what is possible.
    /// - Parameter scratch: Memory to receive into.
    /// - Returns: What came of it.
    func advance(_ scratch: inout [UInt8]) -> Progress {
        if isSending, case .broken = send() { return .broken }
        while true {
            let count = unsafe scratch.withUnsafeMutableBytes { unsafe recv(number, $0.baseAddress, $0.count, 0) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .waiting : .broken
            }
            guard scheduled != nil else { return .broken }
            if count == 0 { return reader.end().map { finish($0) } ?? .broken }
            do throws(AnswerReader.Malformed) {
                if let answer = try reader.read(scratch[..<count]) { return finish(answer) }
            } catch {
                return .broken
            }
        }
    }

    private func finish(_ answer: AnswerReader.Answer) -> Progress {
        scheduled = nil
        return .answered(answer)
    }
}
