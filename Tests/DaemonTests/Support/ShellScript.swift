import Glibc
import TestSupport

/// A script that bash runs to its end in a given directory, as strictly as bash can.
struct ShellScript {
    /// The exit status; minus the number of a signal.
    let status: Int32
    let output: String
    let log: String

    /// Runs it; what takes longer than `seconds` is ended with all that it has started.
    init(_ text: String, in directory: String, seconds: Int) {
        let folder = TemporaryDirectory()
        let script = folder.write(text, to: "script")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/out", O_WRONLY | O_CREAT, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/err", O_WRONLY | O_CREAT, 0o644)
        let command = ["env", "--chdir", directory, "timeout", "\(seconds)", "bash", "-euo", "pipefail", script]
        var argv = command.map { strdup($0) } + [nil]
        // Nothing between curl and the server.
        var envp = [strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("no_proxy=127.0.0.1"), nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        var raw: Int32 = 127 << 8
        if posix_spawn(&pid, "/usr/bin/env", &actions, nil, &argv, &envp) == 0 {
            while waitpid(pid, &raw, 0) == -1, errno == EINTR {}
        }
        status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
        output = TestSupport.text(of: folder.path + "/out")
        log = TestSupport.text(of: folder.path + "/err")
    }
}
