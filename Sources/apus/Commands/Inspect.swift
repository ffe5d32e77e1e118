import ArgumentParser
import Daemon

/// `apus inspect`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a model is: inputs, outputs, operators, steps, parameters, memory.")

    @Argument(help: "A model file, a version directory or a model directory.")
    var path: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var sizes: SizeOptions

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let chosen = try sizes.chosen()
        let loaded = try LoadedModel(path: path, kernels: try options.sources().resolve().kernels())
        let inspection = try Inspection(loaded, sizes: chosen)
        try StandardStream.output.write(json ? inspection.json + [0x0A] : Array(inspection.text.utf8))
    }
}
