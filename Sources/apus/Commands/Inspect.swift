import ArgumentParser
import Daemon

/// `apus inspect`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a file holds and what Apus makes of it: inputs, outputs, layers, tensors, steps, memory.",
        discussion: """
            Takes models, files of tensors (.safetensors, .npz, .npy) and architecture.json. Ends with status 65 when \
            the file is a model that Apus cannot load, after saying everything that keeps it from that.
            """)

    @Argument(help: "A file, a version directory or a model directory.")
    var path: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Read the headers only: nothing is loaded or compiled.")
    var headers = false

    @OptionGroup var sizes: SizeOptions

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let chosen = try sizes.chosen()
        let kernels = headers ? nil : try options.sources().resolve().kernels()
        let inspection = try FileInspection(path: path, sizes: chosen, kernels: kernels)
        try StandardStream.output.write(json ? inspection.json + [0x0A] : Array(inspection.text.utf8))
        if let refusal = inspection.refusal { throw DaemonError.model(path, reason: refusal) }
    }
}
