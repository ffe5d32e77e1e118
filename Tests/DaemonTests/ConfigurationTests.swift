import Daemon
import Logging
import Serving
import TestSupport
import Testing

/// Where values come from, and what is refused.
struct ConfigurationTests {
    private let directory = TemporaryDirectory()

    private func sources(
        file: String? = nil, environment: [String: String] = [:], flags: [ConfigurationSources.Flag] = []
    ) -> ConfigurationSources {
        var sources = ConfigurationSources(environment: environment)
        sources.standardFiles = []
        sources.file = file.map { directory.write($0, to: "apus.toml") }
        sources.flags = flags
        return sources
    }

    private var path: String { "\(directory.path)/apus.toml" }

    @Test(arguments: [
        (false, false, false, 8080), (true, false, false, 1), (false, true, false, 2), (false, false, true, 3),
        (true, true, false, 2), (true, false, true, 3), (false, true, true, 3), (true, true, true, 3),
    ])
    func precedenceIsFlagVariableFileDefault(inFile: Bool, inEnvironment: Bool, inFlags: Bool, port: Int) throws {
        let flag = ConfigurationSources.Flag("--port", key: "server.port", text: "3")
        let effective = try sources(
            file: inFile ? "[server]\nport = 1" : nil, environment: inEnvironment ? ["APUS_SERVER_PORT": "2"] : [:],
            flags: inFlags ? [flag] : []
        ).resolve()
        #expect(effective.configuration.server.port == port)
        let origins: [Int: SettingOrigin] = [
            8080: .standard, 1: .file(path), 2: .variable("APUS_SERVER_PORT"), 3: .flag("--port"),
        ]
        #expect(effective.origin(of: "server.port") == origins[port])
        #expect(effective.origin(of: "server.host") == .standard)
    }

    @Test func aVariableNamesTheFileAndAFlagOverridesIt() throws {
        let first = directory.write("[engine]\nthreads = 1", to: "first.toml")
        let second = directory.write("[engine]\nthreads = 2", to: "second.toml")
        var sources = sources(environment: ["APUS_CONFIG": first])
        sources.standardFiles = [second]
        #expect(try sources.resolve().configuration.engine.threads == 1)
        sources.file = second
        #expect(try sources.resolve().configuration.engine.threads == 2)
        sources.file = nil
        sources.environment = [:]
        #expect(try sources.resolve().origin(of: "engine.threads") == .file(second))
        sources.standardFiles = ["\(directory.path)/none.toml"]
        #expect(try sources.resolve() == EffectiveConfiguration())
    }

    @Test func everyVariableIsRead() throws {
        let environment = [
            "APUS_SERVER_HOST": "::1", "APUS_SERVER_PORT": "1", "APUS_SERVER_LOOPS": "2",
            "APUS_SERVER_MAX_CONNECTIONS": "3", "APUS_SERVER_MAX_BODY_BYTES": "4", "APUS_SERVER_MAX_HEAD_BYTES": "9000",
            "APUS_SERVER_IDLE_TIMEOUT_S": "5.5", "APUS_SERVER_DRAIN_TIMEOUT_S": "6", "APUS_SERVER_DRAIN_DELAY_S": "8",
            "APUS_REPOSITORY_MODELS": "/m", "APUS_REPOSITORY_WATCH": "poll", "APUS_REPOSITORY_POLL_INTERVAL_S": "9",
            "APUS_REPOSITORY_SETTLE_S": "0.25", "APUS_REPOSITORY_MEMORY_BUDGET_MB": "10",
            "APUS_ENGINE_THREADS": "7", "APUS_ISA": "Baseline", "APUS_LOG_LEVEL": "warning", "PATH": "/bin",
            "APUS_DATA_DIRECTORY": "/d", "APUS_TRAINING_MAX_JOBS": "2", "APUS_TRAINING_MAX_QUEUED": "3",
            "APUS_TRAINING_THREADS": "4", "APUS_TRAINING_PRIORITY": "LOW", "APUS_TRAINING_SHARE": "0.5",
            "APUS_TRAINING_MEMORY_LIMIT_MB": "6", "APUS_TRAINING_STOP_GRACE_S": "7",
        ]
        var expected = Configuration()
        expected.server.host = "::1"
        expected.server.port = 1
        expected.server.loops = 2
        expected.server.maxConnections = 3
        expected.server.maxBodyBytes = 4
        expected.server.maxHeadBytes = 9000
        expected.server.idleTimeoutSeconds = 5.5
        expected.server.drainTimeoutSeconds = 6
        expected.server.drainDelaySeconds = 8
        expected.repository.models = "/m"
        expected.repository.watch = .poll
        expected.repository.pollIntervalSeconds = 9
        expected.repository.settleSeconds = 0.25
        expected.repository.memoryBudgetMegabytes = 10
        expected.engine.threads = 7
        expected.engine.isa = .baseline
        expected.log.level = .warning
        expected.data.directory = "/d"
        expected.training.maxJobs = 2
        expected.training.maxQueued = 3
        expected.training.threads = 4
        expected.training.priority = .low
        expected.training.share = 0.5
        expected.training.memoryLimitMegabytes = 6
        expected.training.stopGraceSeconds = 7
        let effective = try sources(environment: environment).resolve()
        #expect(effective.configuration == expected)
        #expect(effective.entries.allSatisfy { $0.origin != .standard })
    }

    @Test func theFileInTheRepositoryExplainsEverySettingAndChangesNone() throws {
        var sources = sources()
        sources.file = "\(Repository.root)/config/apus.toml"
        let effective = try sources.resolve()
        #expect(effective.configuration == Configuration())
        #expect(effective.entries.allSatisfy { $0.origin == .file(sources.file ?? "") })
        let file = text(of: sources.file ?? "")
        for entry in effective.entries {
            let variable = entry.key == "engine.isa" ? "APUS_ISA" : "APUS_" + entry.key.uppercased()
            #expect(file.contains(String(variable.map { $0 == "." ? "_" : $0 })), "\(entry.key)")
        }
    }

    @Test func theExplanationIsAFileThatGivesTheSame() throws {
        let flags = [
            ConfigurationSources.Flag("--models", key: "repository.models", text: "a \"b\"\\c\n"),
            ConfigurationSources.Flag("--port", key: "server.port", text: "9"),
        ]
        let explained = try sources(flags: flags).resolve()
        #expect(explained.explanation.contains("\nport = 9                   # --port\n"))
        #expect(try sources(file: explained.explanation).resolve().configuration == explained.configuration)
    }

    @Test(arguments: [
        ("[server]\nport = \"http\"", "server.port", "an integer in 0...65535", "\"http\""),
        ("[server]\nport = 65536", "server.port", "an integer in 0...65535", "65536"),
        ("[server]\nidle_timeout_s = 0", "server.idle_timeout_s", "a number in 0.001...86400.0", "0"),
        ("[server]\nhost = 1", "server.host", "a string", "1"),
        ("[server]\nhost = \"\"", "server.host", "a text that is not empty", "\"\""),
        ("server = 1", "server", "a table", "1"),
        ("[engine]\nisa = \"v5\"", "engine.isa", "one of auto, baseline, neon, v3, v4", "\"v5\""),
    ])
    func refusesValuesInTheFile(text: String, key: String, expected: String, found: String) {
        let error = ServingError.invalidValue(file: path, key: key, expected: expected, found: found)
        #expect(throws: DaemonError.configurationFile(error)) { try sources(file: text).resolve() }
        #expect(
            DaemonError.configurationFile(error).description == "\(path): \(key): expected \(expected), got \(found)")
    }

    @Test func refusesUnknownTablesAndKeys() {
        let tables = ServingError.unknownKey(
            file: path, key: "sever", known: ["server", "repository", "engine", "data", "training", "log"])
        #expect(throws: DaemonError.configurationFile(tables)) { try sources(file: "[sever]\nport = 1").resolve() }
        let keys = ServingError.unknownKey(file: path, key: "engine.thread", known: ["engine.threads", "engine.isa"])
        #expect(throws: DaemonError.configurationFile(keys)) { try sources(file: "[engine]\nthread = 1").resolve() }
    }

    @Test func refusesFilesThatCannotBeRead() {
        var sources = sources()
        sources.file = "/nowhere/apus.toml"
        let missing = DaemonError.configurationFile(.file("/nowhere/apus.toml", reason: "No such file or directory"))
        #expect(throws: missing) { try sources.resolve() }
        sources.file = directory.path
        let noFile = DaemonError.configurationFile(.file(directory.path, reason: "not a regular file"))
        #expect(throws: noFile) { try sources.resolve() }
        #expect(noFile.exitCode == 78)
    }

    @Test func refusesValuesInTheEnvironmentAndInFlags() {
        let inVariable = DaemonError.setting(
            "engine.threads", from: .variable("APUS_ENGINE_THREADS"), expected: "an integer in 0...1024", found: "\"\"")
        #expect(throws: inVariable) { try sources(environment: ["APUS_ENGINE_THREADS": ""]).resolve() }
        #expect(inVariable.description == "APUS_ENGINE_THREADS: expected an integer in 0...1024, got \"\"")
        #expect(inVariable.exitCode == 78)
        let inFlag = DaemonError.setting(
            "log.level", from: .flag("--log-level"),
            expected: "one of trace, debug, info, notice, warning, error, critical", found: "\"loud\"")
        let flag = ConfigurationSources.Flag("--log-level", key: "log.level", text: "loud")
        #expect(throws: inFlag) { try sources(flags: [flag]).resolve() }
        #expect(inFlag.exitCode == 64)
    }

    @Test func refusesUnknownVariables() {
        do {
            _ = try sources(environment: ["APUS_PROT": "1"]).resolve()
            Issue.record("APUS_PROT was accepted")
        } catch .unknownVariable(let name, let known) {
            #expect(name == "APUS_PROT")
            #expect(known.contains("APUS_SERVER_PORT") && known.contains("APUS_CONFIG"))
        } catch {
            Issue.record(error)
        }
    }

    @Test(arguments: [
        ("APUS_SERVICE_HOST", "10.0.0.1"), ("APUS_SERVICE_PORT", "80"), ("APUS_SERVICE_PORT_HTTP", "80"),
        ("APUS_PORT", "tcp://10.0.0.1:80"), ("APUS_PORT_80_TCP", "tcp://10.0.0.1:80"), ("APUS_PORT_80_TCP_ADDR", "x"),
        ("APUS_PORT_80_UDP_PROTO", "udp"), ("APUS_SERVER_PORT", "tcp://10.0.0.1:80"), ("APUS_CANARY_SERVICE_HOST", "x"),
    ])
    func kubernetesServiceVariablesAreNotMeantForApus(name: String, value: String) throws {
        #expect(try sources(environment: [name: value]).resolve() == EffectiveConfiguration())
    }

    @Test(arguments: ["APUS_PORT", "APUS_PORT_80_XYZ", "APUS_SERVICE", "APUS_PORT_TCP"])
    func otherVariablesLikeThemAreRefused(name: String) {
        #expect(throws: DaemonError.self) { try sources(environment: [name: "80"]).resolve() }
    }
}
