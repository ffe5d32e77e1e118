import ArgumentParser
import Daemon

/// `apus bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how long one run of a model takes on random input.")

    @Option(help: ArgumentHelp("A model file, a version directory or a model directory.", valueName: "path"))
    var model: String

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
        var benchmark = EngineBenchmark()
        benchmark.batch = batch
        benchmark.threads = threads
        benchmark.seconds = seconds
        try benchmark.validate()
        let chosen = try sizes.chosen()
        let loaded = try LoadedModel(path: model, kernels: try options.sources().resolve().kernels())
        let result = try benchmark.measure(loaded, sizes: chosen)
        try StandardStream.output.write(json ? result.json + [0x0A] : Array(result.text.utf8))
    }
}
