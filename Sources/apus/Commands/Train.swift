import ArgumentParser
import Daemon
import JSON

/// `apus train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a model on a file of data, without a server.",
        discussion: """
            --request takes the whole body of POST /v1/models/<model>/train; the options come before it. The result \
            becomes the next version of --model in the directory of models, or a directory of its own with --output.
            """)

    @Option(
        help: ArgumentHelp("A file (.npz, .npy, .csv, .jsonl, .zip) or a folder of images by class.", valueName: "path")
    )
    var dataset: String

    @Option(help: ArgumentHelp("The architecture: seed-cnn, seed-lstm or mlp.", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp("A version to train further: <model> or <model>/<version>.", valueName: "model"))
    var base: String?

    @Option(help: ArgumentHelp("A .json file with a train request.", valueName: "file"))
    var request: String?

    @Option(help: ArgumentHelp("The model whose next version is made.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("A directory for the result, which must not be there.", valueName: "directory"))
    var output: String?

    @Option(
        help: ArgumentHelp("The directory of models; by default that of the configuration.", valueName: "directory"))
    var models: String?

    @Option(
        help: ArgumentHelp(
            "Where checkpoints are kept, for the same command to go on after it was stopped.", valueName: "directory"))
    var work: String?

    @Option(help: ArgumentHelp("How often all rows are seen.", valueName: "number"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Rows of a step.", valueName: "number"))
    var batchSize: Int?

    @Option(help: ArgumentHelp("Of everything random.", valueName: "number"))
    var seed: Int?

    @Option(help: ArgumentHelp("sgd, adam, adamw, rmsprop or adagrad.", valueName: "name"))
    var optimizer: String?

    @Option(help: ArgumentHelp("The optimizer's learning rate.", valueName: "number"))
    var learningRate: Double?

    @Option(help: ArgumentHelp("The column to predict, of a table.", valueName: "column"))
    var target: String?

    @Option(help: ArgumentHelp("Threads that compute; 0 for one a core.", valueName: "number"))
    var threads = 0

    @Flag(help: "Print every event as a line of JSON.")
    var json = false

    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard (model == nil) != (output == nil) else {
            throw ValidationError("expected --model or --output, and not both")
        }
        guard (0...1024).contains(threads) else {
            throw ValidationError("--threads: expected an integer in 0...1024, got \(threads)")
        }
    }

    func run() throws {
        let effective = try options.sources().resolve()
        let directory = models ?? effective.configuration.repository.models
        let destination: LocalTraining.Destination =
            output.map { .directory($0) } ?? .model(model ?? "", directory: directory)
        var training = LocalTraining(
            datasetPath: dataset, request: try body(), destination: destination, models: directory)
        training.workDirectory = work
        training.threads = threads
        let display = TrainingDisplay()
        let made = try training.run(kernels: try effective.kernels()) { message in
            if json {
                TrainingDisplay.print(message)
            } else {
                display.show(message)
            }
        }
        guard let made else {
            StandardStream.error.remark(
                work == nil
                    ? "stopped; with --work the same command would go on\n"
                    : "stopped with a checkpoint; the same command goes on\n")
            throw ExitCode(130)
        }
        if !json { try StandardStream.output.write(made + "\n") }
    }

    /// The request of the file with what the options say in its place.
    private func body() throws -> JSONValue {
        var members = try request.map { try RequestFile.read($0) } ?? []
        func set(_ name: String, _ value: JSONValue?) {
            guard let value else { return }
            members.removeAll { $0.name == name }
            members.append(JSONMember(name, value))
        }
        if preset != nil || base != nil {
            members.removeAll { ["preset", "base", "architecture"].contains($0.name) }
        }
        set("preset", preset.map { .string($0) })
        set("base", base.map { .string($0) })
        set("epochs", epochs.map { .integer($0) })
        set("batch_size", batchSize.map { .integer($0) })
        set("seed", seed.map { .integer($0) })
        set("target", target.map { .string($0) })
        if optimizer != nil || learningRate != nil {
            let known = members.first { $0.name == "optimizer" }?.value.members ?? []
            var own = optimizer == nil ? known : [JSONMember("name", .string(optimizer ?? ""))]
            if own.isEmpty { own = [JSONMember("name", "adam")] }
            if let learningRate {
                own.removeAll { $0.name == "learning_rate" }
                own.append(JSONMember("learning_rate", .number(learningRate)))
            }
            set("optimizer", .object(own))
        }
        if model != nil, !members.contains(where: { $0.name == "publish" }) { set("publish", "always") }
        return .object(members)
    }
}
