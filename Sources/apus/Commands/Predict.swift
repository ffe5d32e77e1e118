import ArgumentParser
import Daemon

/// `apus predict`
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute the rows of a file, without a server.",
        discussion: "Prints {\"predictions\": …} as JSON on standard output.")

    @Option(help: ArgumentHelp("A model file, a version directory or a model directory.", valueName: "path"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "A .json file, {\"instances\": [row, …]} or the list of rows alone; a .npy file of shape [rows, …]; or, for several "
                + "inputs, a .npz file with an array for each.",
            valueName: "file"))
    var input: String

    @Option(help: ArgumentHelp("Threads that compute.", valueName: "number"))
    var threads = 1

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads: expected an integer in 1...1024, got \(threads)")
        }
    }

    func run() throws {
        let loaded = try LoadedModel(path: model, kernels: try options.sources().resolve().kernels())
        try StandardStream.output.write(Prediction.json(model: loaded, inputPath: input, threads: threads) + [0x0A])
    }
}
