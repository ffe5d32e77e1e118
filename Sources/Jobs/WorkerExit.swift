/// How a worker process ended.
package enum WorkerExit: Sendable, Equatable {
    /// By itself, with this status.
    case status(Int32)
    /// By this signal.
    case signal(Int32)

    /// Reads what waitpid(2) gives.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .status(waitStatus >> 8 & 0xFF) : .signal(signal)
    }
}

extension WorkerExit: CustomStringConvertible {
    package var description: String {
        switch self {
        case .status(let status): "ended with status \(status)"
        case .signal(9): "was killed (signal 9, which is also what the system does when memory runs out)"
        case .signal(let number): "was ended by signal \(number)"
        }
    }
}
