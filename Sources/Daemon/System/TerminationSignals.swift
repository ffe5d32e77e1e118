import Dispatch
import Glibc
import Synchronization

/// SIGTERM, SIGINT and SIGHUP, which ask the process to stop; SIGHUP only where it is not ignored, as behind nohup(1).
///
/// The first asks for a graceful stop; a second one ends the process at once with status 128 + its number, as a shell
/// reports it.
final class TerminationSignals {
    private let numbers = [SIGTERM, SIGINT] + (isIgnored(SIGHUP) ? [] : [SIGHUP])

    /// Kept, because a source that is released watches no more.
    private var sources: [any DispatchSourceSignal] = []
    private let queue = DispatchQueue(label: "apus.signals", qos: .userInteractive)

    /// Takes over the signals, and ignores SIGPIPE: a peer that has gone is an error of write(2), not the end.
    ///
    /// To be called on the main thread before others start, which inherit that the signals are blocked: Dispatch
    /// reads them from a signalfd(2), which sees blocked signals only.
    init() {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `stop` with the first signal's number, on a queue of its own, as long as this object lives.
    func watch(_ stop: @escaping @Sendable (Int32) -> Void) {
        let count = Count()
        for number in numbers {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in
                guard count.next() == 1 else { _exit(128 + number) }
                stop(number)
            }
            source.activate()
            sources.append(source)
        }
    }

    /// The signal's name in the log.
    static func name(_ number: Int32) -> String {
        switch number {
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGHUP: "SIGHUP"
        default: "\(number)"
        }
    }

    /// Whether whoever started the process wants the signal to be ignored.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is no function but the number 1.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// How many signals have come.
    private final class Count: Sendable {
        private let value = Atomic(0)

        func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
    }
}
