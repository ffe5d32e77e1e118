import ArgumentParser
import Daemon
import Training

/// The command line.
struct Apus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Serves and trains CNNs and RNNs over HTTP and JSON.",
        version: ApusVersion.text,
        subcommands: [
            Serve.self, Predict.self, Inspect.self, Convert.self, Bench.self, Health.self, Train.self, Evaluate.self,
            Jobs.self, TrainWorkerCommand.self,
        ])

    /// Runs the command that the arguments name, and ends the process with its status.
    static func launch() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            exit()
        } catch let error as DaemonError {
            StandardStream.error.remark("apus: error: \(error)\n")
            exit(withError: ExitCode(error.exitCode))
        } catch  where exitCode(for: error) == .validationFailure {
            StandardStream.error.remark("apus: error: \(message(for: error))\n\(hint(for: error))\n")
            exit(withError: ExitCode.validationFailure)
        } catch {
            exit(withError: error)
        }
    }

    /// What the parser says after its message: the usage of the command at hand.
    private static func hint(for error: any Error) -> String {
        fullMessage(for: error).split(separator: "\n").drop { !$0.hasPrefix("Usage:") }.joined(separator: "\n")
    }
}
