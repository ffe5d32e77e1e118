import ArgumentParser
import Daemon
import JSON
import Training

/// `apus evaluate`
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how good a version is on a file of data, without a server.")

    @Option(help: ArgumentHelp("A version directory or a model directory.", valueName: "path"))
    var model: String

    @Option(
        help: ArgumentHelp("A file (.npz, .npy, .csv, .jsonl, .zip) or a folder of images by class.", valueName: "path")
    )
    var dataset: String

    @Option(help: ArgumentHelp("The rows: train, validation or test.", valueName: "split"))
    var split: Split?

    @Option(help: ArgumentHelp("The output to look at, of several.", valueName: "name"))
    var output: String?

    @Option(help: ArgumentHelp("Another version, to compare with.", valueName: "path"))
    var compare: String?

    @Option(help: ArgumentHelp("The column to predict, of a table.", valueName: "column"))
    var target: String?

    @Option(
        name: .customLong("slice"), help: ArgumentHelp("A column whose values divide the rows.", valueName: "column"))
    var slices: [String] = []

    @Option(help: ArgumentHelp("The k of top-k accuracy.", valueName: "number"))
    var topK = 5

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        var evaluation = LocalEvaluation(model: model, datasetPath: dataset)
        evaluation.split = split
        evaluation.output = output
        evaluation.other = compare
        evaluation.data = target.map { ["target": .string($0)] }
        evaluation.options = EvaluationOptions(topK: topK, slices: slices)
        let result = try evaluation.json(kernels: try options.sources().resolve().kernels())
        try StandardStream.output.write(json ? result.text + "\n" : EvaluationText.text(result))
    }
}

extension Split: ExpressibleByArgument {}
