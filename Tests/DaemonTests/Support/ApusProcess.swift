import Glibc
import TestSupport

/// The built executable as a child process in a directory of its own; killed when the object goes.
final class ApusProcess {
    let directory = TemporaryDirectory()
    let pid: pid_t
    private var status: Int32?

    /// Starts `apus` with these arguments and no environment but the given one; `launcher`, unless it is empty, is a
    /// program and its arguments that becomes what the rest of its arguments say.
    init(_ arguments: [String], environment: [String: String] = [:], launcher: [String] = []) throws {
        let path = Self.executable
        guard access(path, X_OK) == 0 else { throw Missing(path: path) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let mode = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "\(directory.path)/out", mode, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, "\(directory.path)/err", mode, 0o644)
        // env(1) changes the directory and becomes the program, under the same process identifier.
        var argv = (["env", "--chdir", directory.path] + launcher + [path] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/usr/bin/env", &actions, nil, &argv, &envp)
        guard code == 0 else { throw Missing(path: path) }
        self.pid = pid
    }

    /// Starts `apus serve` on a port of the system's choice.
    static func serving(
        _ arguments: [String] = [], environment: [String: String] = [:], launcher: [String] = []
    ) throws -> ApusProcess {
        let standard = ["serve", "--port", "0", "--models", Repository.models]
        return try ApusProcess(standard + arguments, environment: environment, launcher: launcher)
    }

    /// The built executable: it lies beside the program that runs the tests, unless APUS_TEST_EXECUTABLE names another.
    private static var executable: String {
        if let named = getenv("APUS_TEST_EXECUTABLE") { return String(cString: named) }
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let program = String(decoding: buffer.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let directory = program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex)
        let beside = "\(directory)/apus"
        return access(beside, X_OK) == 0 ? beside : "\(Repository.root)/.build/debug/apus"
    }

    deinit {
        guard status == nil else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// There is nothing to run: `swift build` makes it.
    struct Missing: Error {
        let path: String
    }

    /// What it has written to standard output.
    var output: String { text(of: "\(directory.path)/out") }

    /// What it has written to standard error.
    var log: String { text(of: "\(directory.path)/err") }

    /// The memory it has in use (VmRSS), in bytes; 0 when it has ended.
    var residentBytes: Int {
        let lines = text(of: "/proc/\(pid)/status").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 } ?? 0
    }

    /// The processes that it has started and that have not ended.
    var children: [pid_t] {
        names(in: "/proc").compactMap { pid_t($0) }.filter { child in
            // "number (name) state parent …"; the name of ours has no space in it.
            let fields = text(of: "/proc/\(child)/stat").split(separator: " ")
            return fields.count > 3 && fields[3] == "\(pid)" && fields[2] != "Z"
        }
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it ends: its exit status, or minus the number of the signal that ended it; nil when the time is over.
    func wait(seconds: Double = 20) -> Int32? {
        poll(seconds) { [self] in
            if status == nil {
                var raw: Int32 = 0
                if waitpid(pid, &raw, WNOHANG) == pid { status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F) }
            }
            return status
        }
    }

    /// The port in the log's line "listening"; nil when the time is over.
    func port(seconds: Double = 20) -> UInt16? {
        poll(seconds) { [self] in
            for line in log.split(separator: "\n") where line.contains(" listening ") {
                for field in line.split(separator: " ") where field.hasPrefix("port=") {
                    return UInt16(field.dropFirst("port=".count))
                }
            }
            return nil
        }
    }

    /// Waits for a text in the log.
    func logs(_ text: String, seconds: Double = 20) -> Bool {
        poll(seconds) { [self] in log.contains(text) ? true : nil } ?? false
    }

    private func poll<Value>(_ seconds: Double, _ value: () -> Value?) -> Value? {
        for _ in 0..<Int(seconds * 200) {
            if let value = value() { return value }
            usleep(5000)
        }
        return value()
    }
}
