import CSystem
// `environ` is a global variable of the C library, which Swift calls unsafe to share.
@unsafe @preconcurrency import Glibc
import Synchronization

/// A worker that runs: a child process in a process group of its own, whose standard output is read line by line.
///
/// The thread that calls `start` must stay until the process has ended (as `run` does), for a worker asks the system to
/// be killed when the thread that made it goes (prctl(2), PR_SET_PDEATHSIG).
final class WorkerProcess: Sendable {
    private let identifier: pid_t
    private let output: Int32
    private let hasEnded = Mutex(false)

    /// Starts it.
    /// - Parameters:
    ///   - command: What to run.
    ///   - directory: Where `worker.log` gets its standard error.
    /// - Throws: `JobError.worker`, or `.diskFull` when there is no room for `worker.log`.
    init(_ command: WorkerCommand, directory: String) throws(JobError) {
        func fail(_ code: Int32) -> JobError { .worker(command.executable, reason: systemMessage(code)) }
        var (reading, writing): (Int32, Int32) = (-1, -1)
        guard unsafe csystem_pipe(&reading, &writing) == 0 else { throw fail(errno) }
        defer { close(writing) }
        var child: pid_t = 0
        let result = Self.spawn(command, output: writing, log: "\(directory)/\(WorkerLog.fileName)", &child)
        guard result == 0 else {
            close(reading)
            if result == ENOSPC { throw .diskFull(directory) }
            throw fail(result)
        }
        identifier = child
        output = reading
    }

    deinit { close(output) }

    /// Sends a signal to the worker and whatever it has started; does nothing when it has ended.
    func signal(_ number: Int32) {
        hasEnded.withLock { hasEnded in
            // Until it is waited for, its number is not used again.
            if !hasEnded { _ = kill(-identifier, number) }
        }
    }

    /// Reads until the worker closes its output or ends, then waits for its end. Call once.
    ///
    /// - Parameter receive: Called with every line.
    /// - Returns: How it ended.
    func run(_ receive: ([UInt8]) -> Void) -> WorkerExit {
        var splitter = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            for line in splitter.append(buffer[..<count]) { receive(line) }
        }
        // Learn of the end without taking it, so that no signal can reach a process that got the number anew.
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return hasEnded.withLock { hasEnded in
            hasEnded = true
            var status: Int32 = 0
            while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            return WorkerExit(waitStatus: status)
        }
    }

    /// posix_spawn(3): standard input is empty, all signals are as a new program has them.
    private static func spawn(
        _ command: WorkerCommand, output: Int32, log: String, _ child: inout pid_t
    ) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = unsafe ([command.name] + command.arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        return unsafe withEnvironment { environment in
            unsafe posix_spawn(&child, command.executable, &actions, &attributes, &arguments, environment)
        }
    }

    /// The environment of this process, but without the backtraces of Swift's run time: they need memory that may not
    /// be there, and bury the reason.
    private static func withEnvironment(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            if unsafe strncmp(entry, "SWIFT_BACKTRACE=", 16) != 0 { unsafe variables.append(entry) }
            unsafe next += 1
        }
        let none = unsafe strdup("SWIFT_BACKTRACE=enable=no")
        defer { unsafe free(none) }
        unsafe variables += [none, nil]
        return unsafe variables.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return EINVAL }
            return unsafe body(base)
        }
    }
}
