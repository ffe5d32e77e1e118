package import Jobs
package import Network
package import Serving
package import Tensors

/// Why a command cannot do what it was asked for.
package enum DaemonError: Error, Equatable {
    // Configuration
    /// A value that a setting does not take.
    case setting(String, from: SettingOrigin, expected: String, found: String)
    /// An environment variable that starts with APUS_ and means nothing.
    case unknownVariable(String, known: [String])
    /// What the configuration file's reader says.
    case configurationFile(ServingError)
    /// An instruction set that this machine does not have.
    case instructionSet(KernelError, from: SettingOrigin)
    /// The models' directory cannot be used.
    case modelsDirectory(String, reason: String, from: SettingOrigin)

    /// Another process has the data directory.
    case dataDirectory(JobError)

    // Starting
    /// The server cannot listen.
    case network(NetworkError)

    // Arguments and files
    /// An argument that makes no sense; the text names it.
    case usage(String)
    /// A file that cannot be read.
    case file(String, reason: String)
    /// A model that cannot be read, compiled or run at the sizes asked for.
    case model(String, reason: String)
    /// An input file that does not hold what the model wants.
    case input(String, reason: String)

    /// A training or an evaluation that does not come to its end.
    case training(String)
    /// A worker cannot do its work, for a reason that is not the job's.
    case worker(String)

    /// Standard output takes no more.
    case output(reason: String)

    // Asking a running daemon
    /// The daemon answers with an error status and these words.
    case refused(status: Int, String)
    /// No answer came.
    case noAnswer(url: String, reason: String)
}

extension DaemonError {
    /// The status a process ends with, after sysexits.h: 64 for the command line, 65 for data, 78 for configuration,
    /// 1 for the rest.
    package var exitCode: Int32 {
        switch self {
        case .setting(_, from: .flag, _, _), .instructionSet(_, from: .flag), .usage: 64
        case .file, .model, .input, .training: 65
        case .setting, .unknownVariable, .configurationFile, .instructionSet, .modelsDirectory, .dataDirectory: 78
        case .network(.invalidHost), .network(.invalidConfiguration): 78
        case .network, .output, .noAnswer, .refused, .worker: 1
        }
    }
}

extension DaemonError: CustomStringConvertible {
    /// One sentence that names the source, what was expected and what came.
    package var description: String {
        switch self {
        case .setting(let key, let origin, let expected, let found):
            "\(Self.place(key, origin)): expected \(expected), got \(found)"
        case .unknownVariable(let name, let known):
            "unknown environment variable \(name); known ones are \(known.joined(separator: ", "))"
        case .configurationFile(let error): error.description
        case .instructionSet(let error, let origin): "\(Self.place("engine.isa", origin)): \(error)"
        case .modelsDirectory(let path, let reason, let origin):
            "\(Self.place("repository.models", origin)): expected a directory with one directory a model, "
                + "got \(path.inQuotes): \(reason)"
        case .dataDirectory(let error):
            "\(error); end that process, or choose another directory (--data, data.directory)"
        case .network(let error): error.description
        case .worker(let text), .training(let text): text
        case .usage(let text): text
        case .file(let path, let reason), .model(let path, let reason), .input(let path, let reason):
            "\(path): \(reason)"
        case .output(let reason): "standard output: \(reason)"
        case .refused(let status, let detail): "\(detail) (status \(status))"
        case .noAnswer(let url, let reason): "\(url): \(reason)"
        }
    }

    /// Where a user finds the value: a flag or a variable says it all, a file holds many keys.
    private static func place(_ key: String, _ origin: SettingOrigin) -> String {
        switch origin {
        case .standard: key
        case .file(let path): "\(path): \(key)"
        case .variable(let name), .flag(let name): name
        }
    }
}
