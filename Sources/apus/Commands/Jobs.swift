import ArgumentParser
import Daemon
import Glibc
import JSON

/// `apus jobs`
struct Jobs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the training jobs of a running server, and act on them.",
        subcommands: [
            List.self, Show.self, Watch.self, Cancel.self, Pause.self, Resume.self, Publish.self,
        ],
        defaultSubcommand: List.self)

    /// Where the server is, and how to print.
    struct Options: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The server; by default at the address in the configuration.", valueName: "url"))
        var url: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var options: ConfigurationOptions

        func client() throws -> APIClient {
            if let url { return APIClient(try HealthURL(url)) }
            return APIClient(HealthURL(try options.sources().resolve().configuration.server))
        }
    }

    /// A job and what is wanted of it.
    struct One: ParsableArguments {
        @Argument(help: "The job.")
        var job: String

        @OptionGroup var options: Options

        var path: String { "/v1/jobs/" + APIClient.encoded(job) }

        /// Asks for an action and shows the job.
        func act(_ action: String) throws {
            let job = try options.client().ask("POST", "\(path)/\(action)")
            try StandardStream.output.write(options.json ? job.text + "\n" : JobText.details(job, history: []))
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the jobs, the newest first.")

        @Option(help: ArgumentHelp("Only the jobs of this model.", valueName: "name"))
        var model: String?

        @OptionGroup var options: Options

        func run() throws {
            let query = model.map { "?model=" + APIClient.encoded($0) } ?? ""
            let list = try options.client().ask("GET", "/v1/jobs" + query)
            try StandardStream.output.write(
                options.json ? list.text + "\n" : JobText.table(list["jobs"]?.array ?? []))
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a job: state, progress, metrics.")

        @OptionGroup var one: One

        func run() throws {
            let client = try one.options.client()
            let job = try client.ask("GET", one.path)
            if one.options.json { return try StandardStream.output.write(job.text + "\n") }
            let history = try client.ask("GET", one.path + "/metrics")["metrics"]?.array ?? []
            try StandardStream.output.write(JobText.details(job, history: history))
        }
    }

    struct Watch: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow a job until its end; exits with 0 if it succeeds, and 1 if not.")

        @OptionGroup var one: One

        func run() throws {
            let client = try one.options.client()
            let screen = StatusLine()
            var last = 0
            var losses: [Double] = []
            while true {
                let job = try client.ask("GET", one.path)
                let state = job["state"]?.string ?? ""
                if one.options.json {
                    let events = try client.ask("GET", "\(one.path)/events?after=\(last)")
                    for event in events["events"]?.array ?? [] { try StandardStream.output.write(event.text + "\n") }
                    last = events["last_id"]?.int ?? last
                } else {
                    if let loss = job["train_loss"]?.double, loss != losses.last { losses.append(loss) }
                    screen.show("\(state)  \(JobText.progress(job, losses: losses))")
                }
                if ["succeeded", "failed", "cancelled"].contains(state) {
                    screen.end()
                    if !one.options.json {
                        let history = try client.ask("GET", one.path + "/metrics")["metrics"]?.array ?? []
                        try StandardStream.output.write(JobText.details(job, history: history))
                    }
                    if state == "succeeded" { return }
                    throw ExitCode.failure
                }
                usleep(500_000)
            }
        }
    }

    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a job for good.")
        @OptionGroup var one: One
        func run() throws { try one.act("cancel") }
    }

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a job save a checkpoint and wait.")
        @OptionGroup var one: One
        func run() throws { try one.act("pause") }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a paused job go on.")
        @OptionGroup var one: One
        func run() throws { try one.act("resume") }
    }

    struct Publish: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a version of what a job has made.")
        @OptionGroup var one: One
        func run() throws { try one.act("publish") }
    }
}
