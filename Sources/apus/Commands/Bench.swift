import ArgumentParser
import Daemon

/// `apus bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Measure how long one run of a model or one training step takes, or what a server answers under load.",
        discussion: """
            With --url, sends requests to a running server: with --rate by a schedule that does not wait for answers, so \
            that each latency counts from the time at which its request was to leave; without it, each connection sends \
            its next request when it has its answer.
            """)

    @Option(help: ArgumentHelp("A model file, a version directory or a model directory.", valueName: "path"))
    var model: String?

    @Option(help: ArgumentHelp("Measure training steps of this architecture instead.", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp("The shape of a sample to train on: 28,28,1.", valueName: "sizes"))
    var sample = "28,28,1"

    @OptionGroup(title: "Load") var load: LoadOptions

    @Option(help: ArgumentHelp("Rows of each run.", valueName: "number"))
    var batch = 1

    @Option(help: ArgumentHelp("Threads that compute.", valueName: "number"))
    var threads = 1

    @Option(help: ArgumentHelp("How long to measure.", valueName: "number"))
    var seconds = 1.0

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var sizes: SizeOptions

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        if let plan = try load.plan(seconds: seconds) {
            guard model == nil, preset == nil else {
                throw ValidationError("expected --url without --model and --preset")
            }
            let report = try LoadGenerator.run(plan)
            return try StandardStream.output.write(json ? report.json + [0x0A] : Array(report.text.utf8))
        }
        var benchmark = EngineBenchmark()
        benchmark.batch = batch
        benchmark.threads = threads
        benchmark.seconds = seconds
        try benchmark.validate()
        let kernels = try options.sources().resolve().kernels()
        let result: BenchmarkResult
        switch (model, preset) {
        case (let model?, nil):
            result = try benchmark.measure(try LoadedModel(path: model, kernels: kernels), sizes: try sizes.chosen())
        case (nil, let preset?):
            let dimensions = sample.split(separator: ",").compactMap { Int($0) }
            var training = TrainingBenchmark(preset: preset, sample: dimensions)
            training.limits = benchmark
            result = try training.measure(kernels: kernels)
        default: throw ValidationError("expected exactly one of --model, --preset and --url")
        }
        try StandardStream.output.write(json ? result.json + [0x0A] : Array(result.text.utf8))
    }
}
