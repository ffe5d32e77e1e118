import ArgumentParser
import Daemon

/// `apus serve`
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a directory of models.",
        discussion: """
            Flags come before environment variables (APUS_SERVER_PORT, …), these before the configuration file, and \
            that before the defaults. config/apus.toml names and explains every setting.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: ArgumentHelp("The directory with one directory a model.", valueName: "directory"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "The directory of datasets and jobs, made when it is first used.", valueName: "directory"))
    var data: String?

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("The port; 0 lets the system choose one, which the log names.", valueName: "number"))
    var port: String?

    @Option(help: ArgumentHelp("Threads that compute; 0 for one a core.", valueName: "number"))
    var threads: String?

    @Option(help: ArgumentHelp("The least important events to log: debug, info, warning, ….", valueName: "level"))
    var logLevel: String?

    @Flag(help: "Print every setting with its value and where that comes from, and exit.")
    var explainConfig = false

    func run() throws {
        let flags: [(name: String, key: String, text: String?)] = [
            ("--models", "repository.models", models),
            ("--data", "data.directory", data),
            ("--host", "server.host", host),
            ("--port", "server.port", port),
            ("--threads", "engine.threads", threads),
            ("--log-level", "log.level", logLevel),
        ]
        let given = flags.compactMap { flag in
            flag.text.map { ConfigurationSources.Flag(flag.name, key: flag.key, text: $0) }
        }
        let effective = try options.sources(flags: given).resolve()
        if explainConfig {
            try StandardStream.output.write(effective.explanation)
            return
        }
        throw ExitCode(try Daemon(effective).run())
    }
}
