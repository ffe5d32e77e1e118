import ArgumentParser
import Daemon

/// `apus health`
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running server whether it is ready; exits with 0 if it is, and 1 if not.")

    @Option(
        help: ArgumentHelp(
            "What to ask; by default /readyz at the address in the configuration.",
            valueName: "url"))
    var url: String?

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let address: HealthURL
        if let url {
            address = try HealthURL(url)
        } else {
            address = HealthURL(try options.sources().resolve().configuration.server)
        }
        let answer = try HealthProbe.ask(address)
        try StandardStream.output.write("\(answer.status) \(answer.line)\n")
        if answer.status != 200 { throw ExitCode.failure }
    }
}
